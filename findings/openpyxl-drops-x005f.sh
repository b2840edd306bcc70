#!/usr/bin/env bash
# openpyxl 3.1.5 loses the six characters x005F_ from any text of a workbook that has them.
#
# In a workbook's XML, _xHHHH_ stands for a character, and _x005F_ for the underscore that such a text begins
# with (ECMA-376 part 1, 22.9.2.19). A cell that holds x005F_ without an underscore before it needs no escape
# and has none: openpyxl reads it as empty. A cell that holds _x005F_ is rightly written as _x005F_x005F_, and
# comes out as a single underscore. The reader replaces the characters wherever they stand, not the escape.
# calamine (python-calamine 0.9.1) reads every one of these cells as it was written by XlsxWriter 3.2.9.
#
# For Rollcall: what a list holds may not be judged by openpyxl alone; lists are compared with calamine.
#
# Output while it behaves so:
#   written   ['_x0041_', 'x005F_', '_x005F_', 'a_x005F_b']
#   openpyxl  ['_x0041_', '', '_', 'a_b']
#   calamine  ['_x0041_', 'x005F_', '_x005F_', 'a_x005F_b']
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet openpyxl==3.1.5 XlsxWriter==3.2.9 python-calamine==0.9.1

cat >read.py <<'PY'
import openpyxl
import python_calamine
import xlsxwriter

texts = ["_x0041_", "x005F_", "_x005F_", "a_x005F_b"]
with xlsxwriter.Workbook("list.xlsx") as workbook:
    sheet = workbook.add_worksheet()
    for row, text in enumerate(texts):
        sheet.write_string(row, 0, text)
print("written  ", texts)
cells = openpyxl.load_workbook("list.xlsx").active["A"]
print("openpyxl ", [cell.value or "" for cell in cells])
rows = python_calamine.CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()
print("calamine ", [row[0] for row in rows])
PY
output=$(env/bin/python read.py)
echo "$output"
expected="written   ['_x0041_', 'x005F_', '_x005F_', 'a_x005F_b']
openpyxl  ['_x0041_', '', '_', 'a_b']
calamine  ['_x0041_', 'x005F_', '_x005F_', 'a_x005F_b']"
[ "$output" = "$expected" ] || { echo "it behaves differently now" >&2; exit 1; }
