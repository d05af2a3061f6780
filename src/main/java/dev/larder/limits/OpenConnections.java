package dev.larder.limits;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Counts the connections that are open, of all clients and of each. One too many is told so before
/// it is closed; but only some at a time, since that takes a while and a descriptor each: of a
/// flood most are closed without a word.
public final class OpenConnections {
  private static final int MOST_TOLD = 256;
  private static final int MOST_TOLD_PER_CLIENT = 8;
  private static final Count NONE = new Count(0, 0);

  private final ClientLimits limits;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final ConcurrentHashMap<ClientKey, Count> clients = new ConcurrentHashMap<>();

  OpenConnections(ClientLimits limits) {
    this.limits = limits;
  }

  /// What becomes of a new connection.
  public enum Verdict {
    /// It is served.
    WELCOME,
    /// It is told that there are too many, and closed.
    TOO_MANY,
    /// It is told that its client has too many, and closed.
    TOO_MANY_OF_CLIENT,
    /// It is closed at once.
    UNTOLD
  }

  private record Count(int open, int told) {
    Count plus(int moreOpen, int moreTold) {
      return new Count(open + moreOpen, told + moreTold);
    }
  }

  /// Counts a new connection.
  ///
  /// @param peer where it comes from
  /// @return to be closed when the connection is
  public Ticket open(InetAddress peer) {
    if (open.incrementAndGet() > limits.settings().connections()) {
      open.decrementAndGet();
      return refused(peer, null, Verdict.TOO_MANY);
    }
    int most = limits.settings().connectionsPerClient();
    ClientKey client = most == 0 || limits.isProxy(peer) ? null : limits.limited(peer);
    if (client == null) {
      return new Ticket(Verdict.WELCOME, null);
    }
    AtomicBoolean welcome = new AtomicBoolean();
    clients.compute(
        client,
        (_, count) -> {
          Count before = count == null ? NONE : count;
          welcome.setPlain(before.open() < most);
          return welcome.getPlain() ? before.plus(1, 0) : before;
        });
    if (welcome.getPlain()) {
      return new Ticket(Verdict.WELCOME, client);
    }
    open.decrementAndGet();
    return refused(peer, client, Verdict.TOO_MANY_OF_CLIENT);
  }

  private Ticket refused(InetAddress peer, @Nullable ClientKey client, Verdict why) {
    limits.refusals().count(Refusals.Reason.CONNECTIONS, peer);
    if (told.incrementAndGet() > MOST_TOLD) {
      told.decrementAndGet();
      return new Ticket(Verdict.UNTOLD, null);
    }
    if (client == null) {
      return new Ticket(why, null);
    }
    AtomicBoolean tell = new AtomicBoolean();
    clients.computeIfPresent(
        client,
        (_, count) -> {
          tell.setPlain(count.told() < MOST_TOLD_PER_CLIENT);
          return tell.getPlain() ? count.plus(0, 1) : count;
        });
    if (tell.getPlain()) {
      return new Ticket(why, client);
    }
    told.decrementAndGet();
    return new Ticket(Verdict.UNTOLD, null);
  }

  /// How many are open, with those that are only told that they are too many.
  public int count() {
    return open.get() + told.get();
  }

  /// How many clients have connections that count for them.
  public int clients() {
    return clients.size();
  }

  /// A connection that is counted.
  public final class Ticket implements AutoCloseable {
    private final Verdict verdict;
    private final @Nullable ClientKey client;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Ticket(Verdict verdict, @Nullable ClientKey client) {
      this.verdict = verdict;
      this.client = client;
    }

    /// What becomes of it.
    public Verdict verdict() {
      return verdict;
    }

    /// The connection is closed.
    @Override
    public void close() {
      if (verdict == Verdict.UNTOLD || !closed.compareAndSet(false, true)) {
        return;
      }
      boolean served = verdict == Verdict.WELCOME;
      (served ? open : told).decrementAndGet();
      if (client != null) {
        clients.computeIfPresent(
            client,
            (_, count) -> {
              Count left = served ? count.plus(-1, 0) : count.plus(0, -1);
              return left.equals(NONE) ? null : left;
            });
      }
    }
  }
}
