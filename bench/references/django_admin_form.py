"""Django admin: the add view of a 60-field model, a superuser signed in. Needs requirements/bench.txt."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from sqlalchemy import URL

from bench.fields import CHOICES, INDUSTRIES, Spec
from bench.wsgi import Application, Client

NAME = "Django admin"
LABEL = "peersite"


def path(further: int) -> str:
    """Where the add form is."""
    return f"/admin/{LABEL}/djangorecord{further}/add/"


def application(url: URL, sizes: dict[int, tuple[Spec, ...]]) -> Application:
    """An application with one model for each number of further fields. Raises ImportError. Once per process."""
    django: Any = importlib.import_module("django")
    settings: Any = importlib.import_module("django.conf").settings
    site = _site_module()
    settings.configure(**_settings(url, site.__name__))
    django.setup()
    models = importlib.import_module("django.db.models")
    connection: Any = importlib.import_module("django.db").connection
    importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
    admin: Any = importlib.import_module("django.contrib.admin")
    industry = _model(models, "DjangoIndustry", {"name": models.CharField(max_length=100), "__str__": lambda self: self.name})
    made = [industry]
    for further, fields in sizes.items():
        model = _model(models, f"DjangoRecord{further}", {one.name: _field(models, one, industry) for one in fields})
        view = type(f"Admin{further}", (admin.ModelAdmin,), {"fieldsets": _fieldsets(fields)})
        admin.site.register(model, view)
        made.append(model)
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    industry.objects.bulk_create(industry(name=name) for name in INDUSTRIES)
    importlib.import_module("django.contrib.auth.models").User.objects.create_superuser("admin", "a@example.com", "admin-password")
    vars(site)["urlpatterns"] = [importlib.import_module("django.urls").path("admin/", admin.site.urls)]
    return importlib.import_module("django.core.wsgi").get_wsgi_application()  # type: ignore[no-any-return]


def sign_in(client: Client) -> None:
    """Sign the superuser in."""
    token = client.get("/admin/login/").expect(200).token
    form = {"username": "admin", "password": "admin-password", "csrfmiddlewaretoken": token, "next": "/admin/"}
    client.post("/admin/login/", form).expect(302)


def _site_module() -> ModuleType:
    """The module that Django takes for the application and for its list of addresses."""
    site = ModuleType(LABEL)
    site.__file__ = __file__
    site.__path__ = []
    sys.modules[LABEL] = site
    apps: Any = importlib.import_module("django.apps")
    vars(site)["Config"] = type("Config", (apps.AppConfig,), {"name": LABEL, "label": LABEL, "path": "/", "__module__": LABEL})
    return site


def _settings(url: URL, site: str) -> dict[str, Any]:
    contrib = ("admin", "auth", "contenttypes", "sessions", "messages")
    return {
        "SECRET_KEY": "peer",
        "ALLOWED_HOSTS": ["*"],
        "DATABASES": {"default": _database(url)},
        "INSTALLED_APPS": [*(f"django.contrib.{name}" for name in contrib), f"{site}.Config"],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "ROOT_URLCONF": site,
        "STATIC_URL": "static/",
        "USE_TZ": True,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": None,
        "LOGGING_CONFIG": None,
    }


def _database(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{url.database}.django"}
    if url.get_backend_name() != "postgresql":
        raise ImportError("Django needs mysqlclient for MariaDB")
    told = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username or "",
        "PASSWORD": str(url.password or ""),
    }
    return told | {"HOST": url.host or "", "PORT": str(url.port or ""), "CONN_MAX_AGE": None}


def _model(models: Any, name: str, fields: dict[str, Any]) -> Any:
    meta = type("Meta", (), {"app_label": LABEL})
    return type(name, (models.Model,), {"__module__": LABEL, "Meta": meta, **fields})


def _field(models: Any, one: Spec, industry: Any) -> Any:
    empty: dict[str, Any] = {"blank": not one.required, "verbose_name": one.label}
    nothing = {**empty, "null": True}
    match one.kind:
        case "long":
            return models.TextField(**empty)
        case "integer":
            return models.BigIntegerField(**nothing)
        case "decimal":
            return models.DecimalField(max_digits=12, decimal_places=2, **nothing)
        case "date":
            return models.DateField(**nothing)
        case "datetime":
            return models.DateTimeField(**nothing)
        case "check":
            return models.BooleanField(default=False, verbose_name=one.label)
        case "choice":
            return models.CharField(max_length=60, choices=[(value, value) for value in CHOICES], **empty)
        case "email":
            return models.EmailField(**empty)
        case "url":
            return models.URLField(**empty)
        case "industry":
            return models.ForeignKey(industry, on_delete=models.PROTECT, **nothing)
        case "text":
            return models.CharField(max_length=255, **empty)


def _fieldsets(fields: tuple[Spec, ...]) -> list[tuple[str, dict[str, Any]]]:
    groups: dict[int, list[str]] = {}
    for one in fields:
        groups.setdefault(one.group, []).append(one.name)
    return [(f"Group {number + 1}", {"fields": names}) for number, names in groups.items()]
