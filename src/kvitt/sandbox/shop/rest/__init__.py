"""The shop's REST API `wc/v3`, one file for each resource.

`router` says which function answers which path; `keys` and `oauth` say who may ask; `schema`
refuses what WooCommerce refuses. Every answer is built key by key in the order the captured
answers have.
"""
