from itertools import product

import qrcode

from carte.pages.qr import code


def test_the_path_draws_each_dark_module_once():
    address = "https://parcs.example/sentiers/boucle/"
    maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    maker.add_data(address)
    maker.make()
    drawn = set()
    made = code(address)
    for run in made.path.split("z")[:-1]:
        start, _sign, _rest = run.removeprefix("M").partition("h")
        x, y = map(int, start.split())
        width = int(run.split("h")[1].split("v")[0])
        for step in range(width):
            assert (x + step, y) not in drawn
            drawn.add((x + step, y))
    matrix = maker.get_matrix()
    assert drawn == {(x, y) for y, x in product(range(made.size), repeat=2) if matrix[y][x]}
