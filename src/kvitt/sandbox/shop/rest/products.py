"""Products and variations over REST: as much as somebody reading orders asks of them."""

from dataclasses import replace
from typing import Any

from kvitt.sandbox.shop import items, rounding
from kvitt.sandbox.shop.catalogue import Product
from kvitt.sandbox.shop.rest import listing, schema, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError
from kvitt.sandbox.shop.rest.views import Lens

CHECKS: dict[str, schema.Check] = {
    "name": schema.text,
    "sku": schema.text,
    "regular_price": schema.text,
    "stock_quantity": schema.integer(),
    "virtual": schema.boolean,
}


def list_(call: Call) -> Answer:
    """Answer products, variations left out, filtered by SKU if asked."""
    schema.check(call.params, listing.PAGING)
    skus = schema.as_list(call.params.get("sku") or [])
    found = [
        product
        for product in reversed(call.desk.books.products())
        if not product.parent_id
        and product.status != "trash"
        and (not skus or product.sku in skus)
    ]
    return listing.page(call, found, lambda product: view(call.lens, product))


def list_variations(call: Call, product_id: int) -> Answer:
    """Answer the variations of a product."""
    _found(call, product_id)
    mine = [p for p in call.desk.books.products() if p.parent_id == product_id]
    return listing.page(call, mine, lambda product: view(call.lens, product))


def get(call: Call, product_id: int) -> Answer:
    """Answer one product."""
    return Answer(body=view(call.lens, _found(call, product_id)))


def get_variation(call: Call, product_id: int, variation_id: int) -> Answer:
    """Answer one variation of a product."""
    product = _found(call, variation_id)
    if product.parent_id != product_id:
        raise _unknown()
    return Answer(body=view(call.lens, product))


def update(call: Call, product_id: int) -> Answer:
    """Change a product; no order hears of it."""
    schema.check(call.params, CHECKS)
    product, params = _found(call, product_id), call.params
    stock = params.get("stock_quantity", product.stock)
    changed = replace(
        product,
        name=str(params.get("name", product.name)),
        sku=str(params.get("sku", product.sku)),
        price=items.decimal_of(params.get("regular_price", product.price)),
        stock=None if stock is None else int(stock),
        virtual=call.flag("virtual", default=product.virtual),
    )
    return Answer(body=view(call.lens, call.desk.books.put(changed)))


def delete(call: Call, product_id: int) -> Answer:
    """Move a product to the trash, or delete it for good when forced."""
    product = _found(call, product_id)
    if call.flag("force"):
        call.desk.books.remove(product)
    else:
        call.desk.books.put(replace(product, status="trash"))
    return Answer(body=view(call.lens, product))


def view(lens: Lens, product: Product) -> dict[str, Any]:
    """Return a product."""
    parent = f"products/{product.parent_id}/variations" if product.parent_id else "products"
    options = [{"name": n, "option": o} for n, o in product.attributes.items()]
    children = [p.id for p in lens.bench.books.products() if p.parent_id == product.id]
    return {
        "id": product.id,
        "name": product.name,
        "type": product.type,
        "status": product.status,
        "sku": product.sku,
        "price": rounding.trimmed(product.price),
        "regular_price": rounding.trimmed(product.price),
        "virtual": product.virtual,
        "downloadable": product.downloadable,
        "tax_status": product.tax_status,
        "tax_class": product.tax_class,
        "manage_stock": product.stock is not None,
        "stock_quantity": product.stock,
        "stock_status": "outofstock" if product.stock == 0 else "instock",
        "parent_id": product.parent_id,
        "attributes": options,
        "variations": children,
        "meta_data": [],
        "_links": lens.links(
            f"{parent}/{product.id}", collection=parent, allow=views.READ_WRITE
        ),
    }


def _found(call: Call, product_id: int) -> Product:
    product = call.desk.books.product(product_id)
    if product is None:
        raise _unknown()
    return product


def _unknown() -> RestError:
    return RestError("woocommerce_rest_product_invalid_id", "Invalid ID.", status=404)
