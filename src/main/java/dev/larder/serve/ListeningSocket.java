package dev.larder.serve;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One address that is listened on, or that will be as soon as the machine has it: of a network
/// that comes up after us, or one that moves between machines.
final class ListeningSocket {
  private final Bindings.Binder binder;
  private final InetSocketAddress wanted;
  private final AtomicReference<Routes> routes;
  private @Nullable Channel channel; // this and what follows guarded by this
  private @Nullable String hindrance;
  private boolean serving;
  private boolean closed;

  private ListeningSocket(Bindings.Binder binder, InetSocketAddress wanted, Routes routes) {
    this.binder = binder;
    this.wanted = wanted;
    this.routes = new AtomicReference<>(routes);
  }

  /// Listens. Nobody is let in before [#serve].
  ///
  /// @throws IOException if that is not possible, and waiting would not help
  static ListeningSocket open(Bindings.Binder binder, InetSocketAddress wanted, Routes routes)
      throws IOException {
    ListeningSocket socket = new ListeningSocket(binder, wanted, routes);
    try {
      socket.bind();
    } catch (Bindings.AddressMissing e) {
      socket.missing(e);
    }
    return socket;
  }

  private synchronized void bind() throws IOException {
    channel = binder.bind(wanted, routes);
    hindrance = null;
    channel.config().setAutoRead(serving);
  }

  private synchronized void missing(IOException why) {
    hindrance = String.valueOf(why.getMessage());
  }

  /// Why it does not listen yet, in a sentence that names the address; null if it does.
  synchronized @Nullable String hindrance() {
    return hindrance;
  }

  /// Tries again if it does not listen yet.
  ///
  /// @return why it still does not; null if it does, or is not to any more
  synchronized @Nullable String retry() {
    if (hindrance != null && !closed) {
      try {
        bind();
      } catch (IOException e) {
        missing(e);
      }
    }
    return closed ? null : hindrance;
  }

  /// Lets clients in, who find what `next` has.
  ///
  /// @return the channel if it is another thing that was found there before; else null
  synchronized @Nullable Channel serve(Routes next) {
    Routes before = routes.getAndSet(next);
    serving = true;
    if (channel == null) {
      return null;
    }
    channel.config().setAutoRead(true);
    return before.isLike(next) ? null : channel;
  }

  /// Whether clients can connect.
  synchronized boolean isActive() {
    return channel != null && channel.isActive();
  }

  /// The address with the port that was chosen; as it was wanted while it is waited for.
  synchronized InetSocketAddress address() {
    return channel == null ? wanted : (InetSocketAddress) channel.localAddress();
  }

  /// Stops listening, for good.
  ///
  /// @return the channel there was; null if there was none
  synchronized @Nullable Channel close() {
    closed = true;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
    return channel;
  }
}
