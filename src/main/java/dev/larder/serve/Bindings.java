package dev.larder.serve;

import dev.larder.config.Addresses;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The addresses a listener listens on, and what is served at each. They can be exchanged for
/// others: those that stay are not touched, so nobody who connects to them notices.
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
    /// @throws IOException if that is not possible; the message is one sentence that says why
    Channel bind(InetSocketAddress address, AtomicReference<Routes> routes) throws IOException;
  }

  /// What is to be served where.
  ///
  /// @param owner name of the content that has the address for itself; null if it is shared
  /// @param address as it is configured; port 0 means any free one
  /// @param routes what is found there
  record Wish(@Nullable String owner, InetSocketAddress address, Routes routes) {}

  private static final class Bound {
    final Wish wish;
    final Channel channel;
    final AtomicReference<Routes> routes;

    Bound(Wish wish, Channel channel, AtomicReference<Routes> routes) {
      this.wish = wish;
      this.channel = channel;
      this.routes = routes;
    }

    /// The same socket for another wish.
    Bound serving(Wish other) {
      return new Bound(other, channel, routes);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) channel.localAddress();
    }
  }

  /// The addresses of `owner` with the ports that were chosen; the shared ones for null.
  List<InetSocketAddress> addresses(@Nullable String owner) {
    return all.stream()
        .filter(bound -> Objects.equals(bound.wish.owner(), owner))
        .map(Bound::address)
        .toList();
  }

  /// Whether clients can connect to every address.
  boolean isListening() {
    List<Bound> now = all;
    return !now.isEmpty() && now.stream().allMatch(bound -> bound.channel.isActive());
  }

  /// Stops listening.
  void close() {
    all.forEach(bound -> bound.channel.close().awaitUninterruptibly());
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
      AtomicReference<Routes> routes = new AtomicReference<>(wish.routes());
      for (Bound bound : spare) {
        if (overlap(bound.address(), wish.address()) && closed.add(bound)) {
          bound.channel.close().awaitUninterruptibly();
        }
      }
      Bound bound = new Bound(wish, binder.bind(wish.address(), routes), routes);
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
        Routes before = bound.routes.getAndSet(bound.wish.routes());
        if (!before.isLike(bound.wish.routes())) {
          others.add(bound.channel);
        }
        bound.channel.config().setAutoRead(true);
      }
      all = List.copyOf(next);
      for (Bound bound : spare) {
        bound.channel.close().awaitUninterruptibly();
        others.add(bound.channel);
      }
      return others;
    }

    /// Leaves everything as it was.
    void discard() {
      fresh.forEach(bound -> bound.channel.close().awaitUninterruptibly());
      if (closed.isEmpty()) {
        return;
      }
      List<Bound> restored = new ArrayList<>(all);
      restored.replaceAll(bound -> closed.contains(bound) ? again(bound) : bound);
      all = List.copyOf(restored);
    }

    private Bound again(Bound bound) {
      try {
        Channel channel = binder.bind(bound.address(), bound.routes);
        channel.config().setAutoRead(true);
        return new Bound(bound.wish, channel, bound.routes);
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
