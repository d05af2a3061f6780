package dev.larder.limits;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Whose turn it is to make us ask an upstream. Each client has a line of its own: some of it have
/// their turn, the others wait, first come first served. Only clients that wait or have a turn are
/// remembered.
///
/// A turn belongs to what it is used for, not to the connection that asked: a client that leaves
/// and comes back does not get another one by that.
public final class FillTurns {
  /// How long one waits for a turn; pacman gives up after ten seconds without a byte.
  public static final Duration PATIENCE = Duration.ofSeconds(8);

  /// With so many waiting nothing is fetched ahead of being asked for.
  private static final int LONG_LINE = 64;

  private final ClientLimits limits;
  private final ConcurrentHashMap<ClientKey, Line> lines = new ConcurrentHashMap<>();

  FillTurns(ClientLimits limits) {
    this.limits = limits;
  }

  /// Changed only by its map's atomic operations.
  private static final class Line {
    private int having;
    private volatile int waiting;
    private final ArrayDeque<Turn> queue = new ArrayDeque<>();
  }

  /// Asks for a turn.
  ///
  /// @param then told when it has come, at once or later, on some thread; must not block
  /// @return to be ended, whether it has come or not
  public Turn ask(InetAddress client, Consumer<Turn> then) {
    ClientKey key = limits.settings().fillsPerClient() == 0 ? null : limits.limited(client);
    Turn turn = new Turn(key, then);
    if (key == null) {
      turn.come = true;
      then.accept(turn);
      return turn;
    }
    List<Turn> next = new ArrayList<>();
    lines.compute(
        key,
        (_, known) -> {
          Line line = known == null ? new Line() : known;
          line.queue.add(turn);
          advance(line, next);
          return line;
        });
    next.forEach(each -> each.then.accept(each));
    return turn;
  }

  /// Waits for a turn.
  ///
  /// @return null if it has not come in time
  public @Nullable Turn take(InetAddress client) throws InterruptedException {
    CompletableFuture<Turn> come = new CompletableFuture<>();
    Turn turn = ask(client, come::complete);
    boolean taken = false;
    try {
      come.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      taken = true;
      return turn;
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a turn does not fail", e);
    } finally {
      if (!taken) {
        turn.end();
      }
    }
  }

  /// Whether so few wait that something may be fetched that is not needed yet.
  public boolean isShort(InetAddress client) {
    ClientKey key = limits.settings().fillsPerClient() == 0 ? null : limits.limited(client);
    Line line = key == null ? null : lines.get(key);
    return line == null || line.waiting < LONG_LINE;
  }

  /// How many clients have a turn or wait for one.
  public int clients() {
    return lines.size();
  }

  private void advance(Line line, List<Turn> next) {
    int most = limits.settings().fillsPerClient();
    while (!line.queue.isEmpty() && (most == 0 || line.having < most)) {
      Turn turn = line.queue.remove();
      turn.come = true;
      line.having++;
      next.add(turn);
    }
    line.waiting = line.queue.size();
  }

  /// A client's turn.
  public final class Turn {
    private final @Nullable ClientKey client;
    private final Consumer<Turn> then;
    // Both changed only by the atomic operations of the map of lines.
    private volatile boolean come;
    private boolean ended;

    private Turn(@Nullable ClientKey client, Consumer<Turn> then) {
      this.client = client;
      this.then = then;
    }

    /// Whether it has come.
    public boolean hasCome() {
      return come;
    }

    /// Gives it back, or no longer waits for it. May be called more than once.
    public void end() {
      if (client == null) {
        return;
      }
      List<Turn> next = new ArrayList<>();
      lines.computeIfPresent(
          client,
          (_, line) -> {
            if (!ended) {
              ended = true;
              if (come) {
                line.having--;
              } else {
                line.queue.remove(this);
              }
              advance(line, next);
            }
            return line.having == 0 && line.queue.isEmpty() ? null : line;
          });
      next.forEach(each -> each.then.accept(each));
    }
  }
}
