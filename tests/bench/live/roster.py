"""The servers under test. Not in the package itself, which the tutorial's server is loaded from, alone."""

from tests.bench.live.peers.naive import Naive
from tests.bench.live.peers.nchan import Nchan
from tests.bench.live.peers.node import SocketIo, Ws
from tests.bench.live.peers.peer import Peer
from tests.bench.live.peers.salon import Salon

PEERS: dict[str, type[Peer]] = {peer.name: peer for peer in (Salon, Naive, SocketIo, Ws, Nchan)}
