"""One file per noun; each has an attribute `command`, which `migrate.cli.root` loads when it is named."""
