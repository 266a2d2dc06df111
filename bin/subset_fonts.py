"""Cut the two variable fonts down to what the pages print.

    subset_fonts.py NODE_MODULES TARGET

Letters, digits and signs of French, English and Dutch; weights 400 to 800. That is what keeps the
first view inside its budget (docs/decisions/0004-leaflet-and-esbuild.md).
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = {
    "titles": ("bricolage-grotesque", 500, 800),
    "text": ("atkinson-hyperlegible-next", 400, 700),
}
CHARACTERS = (
    {*range(0x20, 0x7F), *range(0xA0, 0x100)}
    | set(map(ord, "ŒœŸĲĳ–—‘’‚“”„†•…‹›€™←→↑↓−≤≥≈×"))
    | {0x2009, 0x202F, 0x2212}
)


def main(packages: Path, target: Path) -> None:
    """Write `titles.woff2` and `text.woff2` into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, (family, lightest, boldest) in FONTS.items():
        folder = packages / "@fontsource-variable" / family / "files"
        font = TTFont(folder / f"{family}-latin-wght-normal.woff2")
        options = Options()
        options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum", "calt"]
        options.hinting = False
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=CHARACTERS)
        subsetter.subset(font)
        instantiateVariableFont(font, {"wght": (lightest, boldest)}, inplace=True)
        font.flavor = "woff2"
        font["head"].modified = font["head"].created  # the same bytes at every run
        font.recalcTimestamp = False
        font.save(target / f"{name}.woff2")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
