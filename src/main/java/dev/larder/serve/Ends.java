package dev.larder.serve;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Between whom a connection is: as the socket says, until a proxy says for whom it made it. On the
/// connection's event loop only.
final class Ends {
  private @Nullable Client client;
  private @Nullable InetSocketAddress reached;

  /// Who the connection is from, as far as it says itself.
  Client client(Channel channel) {
    Client known = client;
    if (known == null) {
      known = Client.direct(peer(channel));
      client = known;
    }
    return known;
  }

  /// Where the socket's other end is.
  InetAddress peer(Channel channel) {
    return ((InetSocketAddress) channel.remoteAddress()).getAddress();
  }

  /// Where the client connected to.
  InetSocketAddress local(Channel channel) {
    InetSocketAddress before = reached;
    return before != null ? before : (InetSocketAddress) channel.localAddress();
  }

  /// A proxy says for whom it made the connection, before anything else is read.
  ///
  /// @param local where that client connected to; null if it is not told
  void madeFor(Channel channel, InetAddress from, @Nullable InetSocketAddress local) {
    client = new Client(from, peer(channel), null, null);
    reached = local;
  }
}
