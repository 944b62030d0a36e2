"""Says what was found: one model of the page, and from it HTML in both languages, JSON and CSV, and the bundle.

    report = build(folder)                      numbers and names: no markup, no language, values masked
    page(report, Language("fr"))                one HTML file that needs nothing else
    document(report)                            the JSON document that programs read

Reads an evidence folder, never a database. The same evidence gives the same bytes.
"""
