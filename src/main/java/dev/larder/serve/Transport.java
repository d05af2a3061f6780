package dev.larder.serve;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/// How sockets and TLS are driven: by Netty's native parts where there are some for this machine,
/// otherwise by the JDK alone.
///
/// @param name for the log
/// @param io makes the event loops' handlers
/// @param server the kind of listening socket
/// @param tls who does TLS
record Transport(
    String name, IoHandlerFactory io, Class<? extends ServerChannel> server, SslProvider tls) {
  /// System property; `off` forces [#plain()], so that what runs on FreeBSD and musl can be tested
  /// anywhere.
  static final String NATIVES = "larder.natives";

  /// The fastest this machine has, each part for itself.
  static Transport best() {
    if ("off".equals(System.getProperty(NATIVES))) {
      return plain();
    }
    SslProvider tls = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    return Epoll.isAvailable()
        ? new Transport("epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel.class, tls)
        : new Transport("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, tls);
  }

  /// JDK only.
  static Transport plain() {
    return new Transport(
        "nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, SslProvider.JDK);
  }
}
