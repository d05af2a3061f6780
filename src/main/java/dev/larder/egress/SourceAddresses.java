package dev.larder.egress;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses our connections come from. A machine with one foot in each of two networks says by
/// them which foot to use; without a bound source the kernel would choose by route, and a request
/// could leave through the network that must not see it.
final class SourceAddresses {
  private final @Nullable InetAddress v4;
  private final @Nullable InetAddress v6;

  /// @throws IllegalArgumentException if there are several of one family
  SourceAddresses(List<InetAddress> bind) {
    this.v4 = only(bind, true);
    this.v6 = only(bind, false);
  }

  private static @Nullable InetAddress only(List<InetAddress> bind, boolean wantV4) {
    List<InetAddress> family =
        bind.stream().filter(address -> address instanceof Inet4Address == wantV4).toList();
    if (family.size() > 1) {
      throw new IllegalArgumentException(
          "`[egress] bind` takes one "
              + (wantV4 ? "IPv4" : "IPv6")
              + " address, but it has "
              + family.size());
    }
    return family.isEmpty() ? null : family.getFirst();
  }

  /// Those of `remotes` that can be reached from our sources, the families taking turns so that one
  /// family that leads nowhere costs one attempt and not all.
  List<InetAddress> reachable(List<InetAddress> remotes) {
    List<InetAddress> first = new ArrayList<>();
    List<InetAddress> second = new ArrayList<>();
    for (InetAddress remote : remotes) {
      boolean like = first.isEmpty() || remote.getClass() == first.getFirst().getClass();
      if (allows(remote)) {
        (like ? first : second).add(remote);
      }
    }
    List<InetAddress> mixed = new ArrayList<>();
    for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
      if (i < first.size()) {
        mixed.add(first.get(i));
      }
      if (i < second.size()) {
        mixed.add(second.get(i));
      }
    }
    return mixed;
  }

  private boolean allows(InetAddress remote) {
    return (v4 == null && v6 == null) || source(remote) != null;
  }

  private @Nullable InetAddress source(InetAddress remote) {
    return remote instanceof Inet4Address ? v4 : v6;
  }

  /// The families that can be used, in words.
  String families() {
    return v4 != null ? v6 != null ? "IPv4 and IPv6" : "IPv4" : "IPv6";
  }

  /// A socket that binds to the source address of the family it connects to.
  Socket socket() {
    return new BindingSocket();
  }

  /// The family is known only when an address is about to be connected to, and the library asks for
  /// the socket before that.
  private final class BindingSocket extends Socket {
    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
      if (endpoint instanceof InetSocketAddress remote && remote.getAddress() != null) {
        InetAddress source = source(remote.getAddress());
        if (source != null) {
          bindTo(source);
        }
      }
      super.connect(endpoint, timeout);
    }

    private void bindTo(InetAddress source) throws IOException {
      try {
        bind(new InetSocketAddress(source, 0));
      } catch (IOException e) {
        throw new IOException(
            "cannot connect from "
                + source.getHostAddress()
                + " (`[egress] bind`): is it an address of this machine? "
                + e.getMessage(),
            e);
      }
    }
  }
}
