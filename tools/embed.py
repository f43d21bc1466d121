#!/usr/bin/env python3
"""Writes text files as C strings: embed.py OUT SYMBOL FILE… makes `const EmbeddedText SYMBOL[]` of {name, text}, ended by {NULL, NULL}."""
import json
import os
import sys

out, symbol, files = sys.argv[1], sys.argv[2], sys.argv[3:]


def c_string(line):
    return '"' + ''.join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else '\\%03o' % b for b in line) + '"'


with open(out, 'w', encoding='ascii') as c:
    c.write('#include "embedded-text.h"\n\n')
    c.write(f'const EmbeddedText {symbol}[] = {{\n')
    for path in files:
        c.write(f'    {{ {json.dumps(os.path.basename(path))},\n')
        with open(path, 'rb') as text:
            for line in text:
                c.write(f'      {c_string(line)}\n')
        c.write('    },\n')
    c.write('    { 0, 0 },\n};\n')
