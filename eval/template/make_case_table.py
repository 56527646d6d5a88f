#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes case_table.inc: the characters whose upper case is more than one character (SpecialCasing.txt of Unicode, as
Python's str.upper has them). All others map one to one, which utf8proc knows. Run: make_case_table.py > case_table.inc"""

import sys
import unicodedata


def escaped(text):
    return "".join("\\u%04X" % ord(c) if ord(c) > 0x9F else c for c in text)


print(f"// Written by make_case_table.py from Unicode {unicodedata.unidata_version}. Do not edit.")
for code in range(sys.maxunicode + 1):
    upper = chr(code).upper()
    if len(upper) > 1:
        print(f'{{0x{code:04X}, U"{escaped(upper)}"}},')
