#!/usr/bin/env python3
"""Makes src/report/font/DejaVuSans-subset.ttf, the font of the charts' PNG pictures.

    python3 scripts/subset_font.py [DejaVuSans.ttf]          (needs: pip install fonttools)

The source is DejaVu Sans 2.37, in Debian's package fonts-dejavu-core. What is kept: Latin with its extensions, Greek, Cyrillic,
punctuation, currency signs, arrows and the mathematical and geometric signs that charts use. Hinting, kerning and ligatures are
left out, since the outlines are drawn at any size. The same source and the same fonttools give the same bytes.
"""

import sys
from pathlib import Path

from fontTools import subset

SOURCE = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
TARGET = Path(__file__).resolve().parent.parent / "src/report/font/DejaVuSans-subset.ttf"
RANGES = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x024F),  # Latin-1, Latin Extended-A and -B
    (0x0250, 0x02FF),  # phonetic and modifier letters, found in stylised names
    (0x0300, 0x036F),  # combining marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency signs
    (0x2100, 0x218F),  # letterlike signs, fractions, roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x2265),  # mathematical signs
    (0x2580, 0x259F),  # blocks
    (0x25A0, 0x25FF),  # geometric signs
    (0x2600, 0x266F),  # stars, hearts, notes
]


def main(source):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "gasp", "fpgm", "prep", "cvt "]
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13]
    options.name_languages = [0x409]
    options.glyph_names = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes, {font['maxp'].numGlyphs:,} glyphs")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else SOURCE)
