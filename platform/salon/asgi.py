import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salon.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # loads the apps, which what follows needs

from channels.routing import ProtocolTypeRouter  # noqa: E402

from rooms.live.routing import sockets  # noqa: E402
from salon.checkup.socket import with_echo  # noqa: E402
from salon.receiving import received_with_care  # noqa: E402
from salon.trace import traced  # noqa: E402

application = traced(ProtocolTypeRouter({"http": received_with_care(http), "websocket": with_echo(sockets)}))
