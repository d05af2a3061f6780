package dev.larder.serve;

import dev.larder.limits.ClientLimits;
import dev.larder.limits.OpenConnections;
import dev.larder.limits.Pace;
import dev.larder.limits.Refusals;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one connection has to do with [ClientLimits]. On its event loop only.
final class Turnstile {
  private static final long SECOND = 1_000_000_000L;

  private final ClientLimits clients;
  private OpenConnections.@Nullable Ticket ticket;
  private @Nullable InetAddress client;
  private @Nullable Pace pace;
  private boolean isWaiting;

  Turnstile(ClientLimits clients) {
    this.clients = clients;
  }

  /// The connection is open; or a proxy has said for whom it is open.
  OpenConnections.Verdict open(InetAddress from) {
    close();
    OpenConnections.Ticket given = clients.connections().open(from);
    ticket = given;
    return given.verdict();
  }

  /// Whether the connection is one too many.
  boolean isShut() {
    return ticket != null && ticket.verdict() != OpenConnections.Verdict.WELCOME;
  }

  /// The connection is closed.
  void close() {
    if (ticket != null) {
      ticket.close();
    }
  }

  /// What stands for whatever a connection would have asked of which there are too many.
  static Request tooMany(OpenConnections.Verdict verdict, Client of) {
    Request.Refusal why =
        verdict == OpenConnections.Verdict.TOO_MANY
            ? new Request.Refusal(
                503,
                "There are too many connections ([limits] connections of this server); try again soon.",
                true)
            : new Request.Refusal(
                429,
                "Your address has too many connections ([limits] connections-per-client of this"
                    + " server); close some.",
                true);
    return new Request("GET", "/", null, Conditions.NONE, true, false, why, null, of);
  }

  /// Takes a turn for a request of `from`.
  ///
  /// @return nanoseconds to wait; negative: it is refused, see [#refused]
  long turn(InetAddress from) {
    if (!from.equals(client)) {
      client = from;
      pace = clients.pace(from);
    }
    if (pace == null) {
      return 0;
    }
    long wait = pace.request();
    if (wait < 0) {
      clients.refusals().count(Refusals.Reason.RATE, from);
      return wait;
    }
    // Small bodies are not held up themselves, but what they took is.
    long all = Math.max(wait, pace.pause());
    isWaiting = all > 0;
    return all;
  }

  /// The request has had its turn.
  void passed() {
    isWaiting = false;
  }

  /// Whether a request waits for its turn.
  boolean isWaiting() {
    return isWaiting;
  }

  /// The reply to a request that had no turn.
  ///
  /// @param turn as [#turn] said
  static Reply refused(Request request, long turn) {
    String seconds = Long.toString(-turn / SECOND + 1);
    return Replies.text(
            request,
            429,
            "Your requests come too fast ([limits] requests-per-client of this server); slow down.",
            null,
            Map.of("Retry-After", seconds))
        .closing();
  }

  /// How fast the client of the last request may go; null if it has no limits.
  @Nullable Pace pace() {
    return pace;
  }
}
