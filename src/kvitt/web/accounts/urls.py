"""Addresses of signing in and out, of one's own account, and of people."""

from django.urls import path

from kvitt.web.accounts import account_views, people_views, views

urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("login/code", views.sign_in_code, name="login-code"),
    path("logout", views.sign_out, name="logout"),
    path("accounts/confirm", views.confirm, name="confirm"),
    path("accounts/", account_views.show, name="account"),
    path("accounts/password", account_views.password, name="password"),
    path("accounts/second-factor", account_views.second_factor, name="second-factor"),
    path("accounts/second-factor/codes", account_views.recovery_codes, name="recovery-codes"),
    path(
        "accounts/second-factor/remove", account_views.remove_factor, name="remove-own-factor"
    ),
    path("accounts/sessions/end", account_views.end_sessions, name="end-sessions"),
    path("accounts/sessions/<uuid:number>/end", account_views.end_session, name="end-session"),
    path("accounts/people", people_views.show, name="people"),
    path("accounts/people/invite", people_views.invite, name="invite"),
    path("accounts/people/<int:user_id>", people_views.person, name="person"),
    path("accounts/people/<int:user_id>/role", people_views.set_role, name="set-role"),
    path("accounts/people/<int:user_id>/close", people_views.close, name="close-account"),
    path("accounts/people/<int:user_id>/reopen", people_views.reopen, name="reopen-account"),
    path(
        "accounts/people/<int:user_id>/remove-second-factor",
        people_views.remove_factor,
        name="remove-factor",
    ),
    path("accounts/people/<int:user_id>/new-password", people_views.reset, name="new-password"),
    path("invitation/<str:token>", people_views.invitation, name="invitation"),
]
