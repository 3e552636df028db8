"""The very line to change, for the proxies people use. Each text is shown below a check that failed."""

from django.conf import settings


def listed(**lines: str) -> str:
    return "\n".join(f"{proxy.replace('_', ' ')}: {line}" for proxy, line in lines.items())


def largest() -> int:
    """MB that a proxy must let through: a photo and the form around it."""
    return int(settings.ENV.max_upload_mb) + 1


def upgrade() -> str:
    return listed(
        nginx='proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
        Caddy="reverse_proxy passes WebSockets by itself; remove any header_up -Upgrade or -Connection",
        Apache="ProxyPass / http://127.0.0.1:8000/ upgrade=websocket",
        Cloudflare="Network > WebSockets: on",
    )


def idle() -> str:
    return listed(
        nginx="proxy_read_timeout 90s; proxy_send_timeout 90s;",
        Caddy="remove read_timeout, write_timeout and stream_timeout from reverse_proxy",
        Apache="ProxyTimeout 90",
        HAProxy="timeout tunnel 1h",
        or_here="SALON_PING_SECONDS=10, which keeps an idle socket from looking idle",
    )


def body() -> str:
    return listed(
        nginx=f"client_max_body_size {largest()}m;",
        Caddy=f"request_body {{ max_size {largest()}MB }}",
        Apache=f"LimitRequestBody {largest() * 1_000_000}",
        Traefik=f"traefik.http.middlewares.salon.buffering.maxRequestBodyBytes={largest() * 1_000_000}",
        Cloudflare="100 MB is the most the free plan lets through; uploads by the browser come in pieces and pass",
    )


def range() -> str:
    return listed(
        nginx="proxy_set_header Range $http_range; and no proxy_force_ranges, slice or sub_filter for /media/",
        Caddy="remove header_up -Range",
        Apache="remove RequestHeader unset Range",
    )


def stream() -> str:
    return listed(
        nginx="proxy_buffering off;",
        Caddy="reverse_proxy { flush_interval -1 }",
        Apache="ProxyPass / http://127.0.0.1:8000/ flushpackets=on",
    )


def cache() -> str:
    return listed(
        nginx="proxy_cache off; and no proxy_ignore_headers Cache-Control;",
        Caddy="remove the cache directive for this site",
        Cloudflare="Caching > Cache Rules: bypass the cache for this name",
    )


def host() -> str:
    return listed(
        nginx="proxy_set_header Host $http_host;",
        Caddy="remove header_up Host",
        Apache="ProxyPreserveHost On",
    )


def scheme() -> str:
    return listed(
        nginx="proxy_set_header X-Forwarded-Proto $scheme;",
        Caddy="reverse_proxy sets it by itself; behind another proxy add trusted_proxies",
        Apache='RequestHeader set X-Forwarded-Proto "https"',
    )


def client() -> str:
    return listed(
        nginx="proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        Caddy="reverse_proxy sets it by itself; behind another proxy add trusted_proxies",
        Apache="ProxyAddHeaders On",
    )


def certificate() -> str:
    return listed(
        nginx="ssl_certificate /etc/letsencrypt/live/NAME/fullchain.pem; (not cert.pem), and: certbot renew",
        Caddy="give the site its name as address, and Caddy gets the certificate by itself",
    )
