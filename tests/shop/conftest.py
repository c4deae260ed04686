from tests.cli.conftest import shop, shop_once

__all__ = ["shop", "shop_once"]
