package dev.larder.serve;

import dev.larder.config.Addresses;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The addresses a listener listens on, and what is served at each. They can be exchanged for
/// others: those that stay are not touched, so nobody who connects to them notices. An address the
/// machine does not have yet is waited for.
final class Bindings {
  private static final Logger log = LoggerFactory.getLogger(Bindings.class);

  private final Binder binder;
  private volatile List<Bound> all = List.of();

  Bindings(Binder binder) {
    this.binder = binder;
  }

  /// Binds addresses.
  interface Binder {
    /// Listens; whoever connects waits until the channel reads by itself.
    ///
    /// @param routes where new connections find what is served
    /// @throws AddressMissing if this machine has no such address now
    /// @throws IOException if that is not possible; the message is one sentence that says why
    Channel bind(InetSocketAddress address, AtomicReference<Routes> routes) throws IOException;
  }

  /// What is to be served where.
  ///
  /// @param owner name of the content that has the address for itself; null if it is shared
  /// @param address as it is configured; port 0 means any free one
  /// @param routes what is found there
  record Wish(@Nullable String owner, InetSocketAddress address, Routes routes) {}

  /// This machine has no such address: not yet, or not any more.
  static final class AddressMissing extends IOException {
    private static final long serialVersionUID = 1L;

    AddressMissing(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// An address that is waited for.
  ///
  /// @param address as it is configured
  /// @param why a sentence that names the address
  record Waiting(InetSocketAddress address, String why) {}

  private record Bound(Wish wish, ListeningSocket socket) {
    /// The same socket for another wish.
    Bound serving(Wish other) {
      return new Bound(other, socket);
    }
  }

  /// The addresses of `owner` with the ports that were chosen, those that are waited for among
  /// them; the shared ones for null.
  List<InetSocketAddress> addresses(@Nullable String owner) {
    return all.stream()
        .filter(bound -> Objects.equals(bound.wish.owner(), owner))
        .map(bound -> bound.socket.address())
        .toList();
  }

  /// The addresses that contents have for themselves, by the name of the content, with the ports
  /// that were chosen, those that are waited for among them. In the order of the configuration.
  Map<String, List<InetSocketAddress>> own() {
    Map<String, List<InetSocketAddress>> own = new LinkedHashMap<>();
    for (Bound bound : all) {
      if (bound.wish.owner() != null) {
        own.computeIfAbsent(bound.wish.owner(), _ -> new ArrayList<>()).add(bound.socket.address());
      }
    }
    return own;
  }

  /// What is found at the addresses that the content of this name has for itself; null if it has
  /// none.
  @Nullable Routes routes(String owner) {
    return all.stream()
        .map(Bound::wish)
        .filter(wish -> owner.equals(wish.owner()))
        .map(Wish::routes)
        .findFirst()
        .orElse(null);
  }

  /// Whether clients can connect: to every address but for those that are waited for, and to one at
  /// least.
  boolean isListening() {
    List<ListeningSocket> there =
        all.stream().map(Bound::socket).filter(socket -> socket.hindrance() == null).toList();
    return !there.isEmpty() && there.stream().allMatch(ListeningSocket::isActive);
  }

  /// The addresses that are waited for.
  List<Waiting> waiting() {
    List<Waiting> waiting = new ArrayList<>();
    for (Bound bound : all) {
      String why = bound.socket.hindrance();
      if (why != null) {
        waiting.add(new Waiting(bound.wish.address(), why));
      }
    }
    return waiting;
  }

  /// Tries again where an address is waited for.
  void retry() {
    for (Bound bound : all) {
      String before = bound.socket.hindrance();
      if (before == null) {
        continue;
      }
      String now = bound.socket.retry();
      if (now == null) {
        log.info("packages are served on {} as well", Addresses.format(bound.socket.address()));
      } else if (!now.equals(before)) {
        log.warn("{}; it is tried again", now);
      }
    }
  }

  /// Stops listening.
  void close() {
    all.forEach(bound -> bound.socket.close());
  }

  /// Gets hold of the addresses of `wishes` that are not there yet. Nothing is served differently
  /// before [Exchange#apply()], but for one thing: an address of all interfaces and one of a single
  /// interface cannot be held at once, so where one takes the place of the other, nobody can
  /// connect to that port for a moment.
  ///
  /// @throws IOException if one cannot be listened on; everything is as it was then
  Exchange prepare(List<Wish> wishes) throws IOException {
    Exchange exchange = new Exchange(all);
    try {
      exchange.bind(wishes);
      return exchange;
    } catch (IOException | RuntimeException e) {
      exchange.discard();
      throw e;
    }
  }

  /// Other addresses, held and not yet used.
  final class Exchange {
    private final List<Bound> next = new ArrayList<>();
    private final List<Bound> fresh = new ArrayList<>();
    private final Set<Bound> closed = new LinkedHashSet<>(); // to make room for others
    private final List<Bound> spare;

    private Exchange(List<Bound> now) {
      this.spare = new ArrayList<>(now);
    }

    private void bind(List<Wish> wishes) throws IOException {
      // First what is there, so that what is left is known to be spare.
      List<@Nullable Bound> found = new ArrayList<>();
      for (Wish wish : wishes) {
        found.add(take(wish, true));
      }
      for (int i = 0; i < found.size(); i++) {
        if (found.get(i) == null) {
          found.set(i, take(wishes.get(i), false));
        }
      }
      for (int i = 0; i < found.size(); i++) {
        Bound there = found.get(i);
        Wish wish = wishes.get(i);
        next.add(there == null ? bind(wish) : there.serving(wish));
      }
    }

    /// @param own only one that belongs to the same content as now
    private @Nullable Bound take(Wish wish, boolean own) {
      for (Bound bound : spare) {
        if (bound.wish.address().equals(wish.address())
            && (!own || Objects.equals(bound.wish.owner(), wish.owner()))) {
          spare.remove(bound);
          return bound;
        }
      }
      return null;
    }

    private Bound bind(Wish wish) throws IOException {
      for (Bound bound : spare) {
        if (overlap(bound.socket.address(), wish.address()) && closed.add(bound)) {
          bound.socket.close();
        }
      }
      Bound bound = new Bound(wish, ListeningSocket.open(binder, wish.address(), wish.routes()));
      fresh.add(bound);
      return bound;
    }

    /// Serves at the new addresses, and no longer at those that are not wanted. Does not fail.
    ///
    /// @return the sockets that are closed, and those at which something else is served now:
    ///   whoever is connected to them should be told to connect anew
    Set<Channel> apply() {
      Set<Channel> others = new LinkedHashSet<>();
      for (Bound bound : next) {
        Channel changed = bound.socket.serve(bound.wish.routes());
        if (changed != null) {
          others.add(changed);
        }
      }
      all = List.copyOf(next);
      for (Bound bound : spare) {
        Channel gone = bound.socket.close();
        if (gone != null) {
          others.add(gone);
        }
      }
      for (Bound bound : fresh) {
        String why = bound.socket.hindrance();
        if (why != null) {
          log.warn("{}; it is tried again until the machine has it", why);
        }
      }
      return others;
    }

    /// Leaves everything as it was.
    void discard() {
      fresh.forEach(bound -> bound.socket.close());
      if (closed.isEmpty()) {
        return;
      }
      List<Bound> restored = new ArrayList<>(all);
      restored.replaceAll(bound -> closed.contains(bound) ? again(bound) : bound);
      all = List.copyOf(restored);
    }

    private Bound again(Bound bound) {
      try {
        ListeningSocket socket =
            ListeningSocket.open(binder, bound.socket.address(), bound.wish.routes());
        socket.serve(bound.wish.routes());
        return new Bound(bound.wish, socket);
      } catch (IOException e) {
        log.error(
            "{} was let go for a change of addresses that failed, and is lost: {}",
            Addresses.format(bound.wish.address()),
            e.getMessage());
        return bound;
      }
    }
  }

  private static boolean overlap(InetSocketAddress one, InetSocketAddress other) {
    return one.getPort() == other.getPort()
        && !other.isUnresolved()
        && (one.getAddress().isAnyLocalAddress()
            || other.getAddress().isAnyLocalAddress()
            || one.getAddress().equals(other.getAddress()));
  }
}
