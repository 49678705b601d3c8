"""Addresses of signing in and out."""

from django.urls import path

from kvitt.web.accounts import views

urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("login/code", views.sign_in_code, name="login-code"),
    path("logout", views.sign_out, name="logout"),
    path("accounts/confirm", views.confirm, name="confirm"),
]
