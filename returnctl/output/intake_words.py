"""What is wrong with imported files, rows and documents, and what to do: a sentence for each `why`."""

from __future__ import annotations

from returnctl.output.words import mark

_AGAIN = mark("a spreadsheet has rounded the order ids ({value}): export the file again and import it unopened")

WHY = {
    # whole files
    "unreadable": mark("it cannot be read: {reason}"),
    "no_regular_file": mark("it is no regular file"),
    "not_a_page": mark("it is there already and is no page of a policy; choose another folder, or move it"),
    "not_a_report": mark("it is there already and is no report; choose another name, or write over it with --force"),
    "version_not_editable": mark("its version or first day is written in a way that cannot be edited: copy it by hand"),
    "no_evidence_type": mark("it is neither a photo, a video nor a PDF"),
    "growing": mark("it was still being written while it was read; try again when it is whole"),
    "bad_file_name": mark("its name has more than {limit} characters, or some that cannot be shown: rename it"),
    "evidence_too_large": mark("it is larger than {limit} MiB, the most that the settings allow for evidence"),
    "empty": mark("there is nothing in it"),
    "file_too_large": mark("it is larger than {limit} bytes: export a shorter time, or split it"),
    "binary": mark("this is not a text file: save it as CSV, XLSX or JSON"),
    "unknown_encoding": mark("its character encoding is not known: save it as CSV UTF-8"),
    "old_workbook": mark("this is a file of an old Excel (.xls): save it as .xlsx"),
    "encrypted_workbook": mark("this workbook is locked with a password: save it without one"),
    "not_a_workbook": mark("this is no Excel workbook: save it as .xlsx or as CSV UTF-8"),
    "workbook_with_macros": mark("this workbook holds macros, which are not taken: save it as .xlsx"),
    "workbook_with_links": mark("this workbook takes values from other files: copy the values alone into a new one"),
    "workbook_with_entities": mark("this workbook declares entities, which no spreadsheet does: save it anew"),
    "workbook_too_large": mark("unpacked it is larger than the {limit} bytes that are read: split it"),
    "broken_workbook": mark("this workbook is damaged ({reason}): open it in a spreadsheet and save it anew"),
    "several_sheets": mark("several sheets hold such a table ({sheets}): keep one of them in the file"),
    "bad_quotes": mark("a quotation mark in line {row} is not closed, so the rows behind it cannot be told apart"),
    "endless_cell": mark(
        "a cell in line {row} holds more than {limit} characters: shorten it, or close its quotation mark"
    ),
    "doubled_column": mark("two columns are called '{column}': rename or remove one"),
    "unknown_columns": mark(
        "its columns are not those of a file that is known ({columns}): export orders, returns or settlements from "
        "Seller Center, in English, or write order documents in JSON"
    ),
    "misspelled_columns": mark("its columns are not known; {nearest} may be misspelled: the form is {wanted}"),
    "missing_columns": mark("columns are missing: {columns}. Export the file again with all its columns"),
    "no_header": mark(
        "its first row must hold the names of the columns, such as {columns}, and holds '{value}': remove what stands "
        "above them"
    ),
    "returns_file": mark("it holds returns; only orders are imported here: type returnctl import"),
    "settlement_file": mark("it holds a settlement; only orders are imported here: type returnctl import"),
    "decisions_file": mark("it is an export of this shop, for decisions: type returnctl decide --from {file}"),
    "ambiguous_dates": mark(
        "{value} can be read as {patterns}, and no date in the file tells which: name the format with --dates"
    ),
    "contradictory_dates": mark("no single format fits all its dates: export the file again and import it unopened"),
    "dates_disagree": mark("{value} is not a date written as {pattern}: name the file's format with --dates"),
    "rounded_ids": _AGAIN,
    "json_array": mark("it is an array: write one object a line, as -o jsonl does"),
    "not_utf8": mark("it is not UTF-8: save it as UTF-8"),
    "not_json": mark("it is not valid JSON from line {line}, column {at} on"),
    "too_deep": mark("it is nested deeper than {limit} levels"),
    "doubled_key": mark("the key '{value}' stands twice in one object"),
    "huge_number": mark("the number {value} cannot be stored"),
    "lone_surrogate": mark("{value} is half of a character"),
    # returns of a platform
    "unknown_order": mark("the order {value} is not known here: import the orders first"),
    "other_order": mark("this return is known here as one of the order {order}, not of {value}"),
    "unknown_sku": mark("the order {order} has no such goods: {value}"),
    "order_in_other_currency": mark("the order {order} is in {currency}, not in {value}"),
    "rows_of_return_differ": mark("'{value}' differs from the return's first row, and it concerns the whole return"),
    "not_a_return": mark("it is no answer of the Partner API with returns"),
    "api_error": mark("the Partner API answered with an error instead of returns: {value}"),
    "bad_seconds": mark("'{value}' is not a time in Unix seconds"),
    # rows, and documents
    "line_too_long": mark("the line is longer than {limit} bytes"),
    "too_many_cells": mark("it has more cells than the header: perhaps a text with a comma lacks its quotation marks"),
    "too_few_cells": mark("it has fewer cells than the header"),
    "bad_items": mark("'{value}' does not name lines and units, such as 1=2 2=1"),
    "bad_grades": mark("'{value}' does not name lines and grades, such as 1=as_sent:2 1=worn"),
    "bad_flag": mark("'{value}' is neither true nor false"),
    "bad_choice": mark("'{value}' is not one of {known}"),
    "bad_when": mark("'{value}' is not a date such as 2026-11-12, 2026-11-12T09:30, today, 2d or -2d"),
    "no_decisions": mark("it shows returns, but has no column 'decision': add one, and write there what is to be done"),
    "unknown_decision": mark("'{value}' is no decision; it may be {known}"),
    "error_cell": mark("the cell holds an error ({value}): mend it in the spreadsheet"),
    "rounded_cell": mark(
        "a spreadsheet has rounded this number ({value}): make the column one of text, and write it anew"
    ),
    "missing": mark("this must be given"),
    "rounded_id": _AGAIN,
    "bad_id": mark("'{value}' is not an order id: 1 to 64 of A-Z a-z 0-9 . _ -, beginning with neither . nor -"),
    "bad_name": mark("'{value}' is not a name: 1 to {limit} printable characters, without ../"),
    "bad_text": mark("the text is longer than {limit} characters, or contains a NUL"),
    "bad_quantity": mark("'{value}' is not a quantity: write a whole number from 1 to {limit}"),
    "rows_differ": mark("'{value}' differs from the order's first row, and it concerns the whole order"),
    "market_disagrees": mark("'{value}' is not the market {market}: name the account with --account"),
    "currency_disagrees": mark("'{value}' is not in {currency}: name the account with --account"),
    "not_an_amount": mark("'{value}' is not an amount in {currency}"),
    "ambiguous_amount": mark("'{value}' can be read as two amounts: write it with its decimals"),
    "future_date": mark(
        "'{value}' lies in the future when it is read as {pattern}: name the file's format with --dates, or look at "
        "the clock"
    ),
    "future_seconds": mark("'{value}' lies in the future: look at the clock of this machine"),
    "zoned_date": mark(
        "'{value}' names a time zone, while an export's times are local to the account: export the file again and "
        "import it unopened"
    ),
    "bad_date": mark("'{value}' is not a date and time written as {pattern}"),
    "no_lines": mark("an order has at least one line"),
    "unknown_field": mark("a request has no '{value}'; it may have {known}"),
    "unknown_key": mark("an order has no key '{value}'"),
    "misspelled_key": mark("an order has no key '{value}'; did you mean '{near}'?"),
    "not_a_list": mark("a list is wanted, not {value}"),
    "not_an_object": mark("an object is wanted, not {value}"),
    "not_text": mark("a text is wanted, not {value}"),
    "bad_code": mark("'{value}' is not a code such as {example}"),
    "unknown_format": mark("'{value}' is a format that this version does not know, only {known}"),
    "amount_not_text": mark('{value} is not text: write amounts in quotation marks, such as "12.50"'),
    "not_a_plain_amount": mark("'{value}' is not a plain amount in {currency}, such as {example}"),
    "bad_instant": mark("'{value}' is not a time such as 2026-11-05T22:10:00Z, in the years 2000 to 2199"),
    "doubled_id": mark("'{value}' appears twice"),
}
