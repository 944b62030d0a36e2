"""When things run: Prefect flows and deployments, thin over `migrate`; the only package that imports prefect."""
