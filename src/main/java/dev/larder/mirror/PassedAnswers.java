package dev.larder.mirror;

import dev.larder.limits.FillTurns.Turn;
import dev.larder.repo.Answer;
import dev.larder.repo.Answer.Body;
import dev.larder.repo.Answer.Validity;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Answers whose bytes go from an upstream to one client and are not kept. Each takes a turn of
/// that client until it has ended.
final class PassedAnswers {
  private static final Duration SOON = Duration.ofSeconds(5);

  private final Workings workings;

  PassedAnswers(Workings workings) {
    this.workings = workings;
  }

  /// A range that begins so far ahead of its fill that the client should not wait for it.
  ///
  /// @param fill joined; of use if the range cannot be had by itself
  Answer farAhead(
      Ask ask, Representation representation, FillOrder order, Fill fill, Ask.Want.Bytes bytes) {
    CacheStatus status = CacheStatus.forwarded("partial", 206, false, "far-ahead");
    // A client that has no turn at once waits until the fill has come that far.
    AtomicBoolean come = new AtomicBoolean();
    Turn turn = workings.turns().ask(ask.client(), _ -> come.set(true));
    return come.get()
            && open(order, bytes.from(), bytes.to(), turn)
                instanceof Passthrough.Outcome.Open(Passthrough passage)
        ? new Answer.Found(representation, new Body.Passing(passage), status, Validity.ONCE)
        : new Answer.Found(representation, new Body.Growing(fill.growth()), status, Validity.ONCE);
  }

  /// Lets the bytes pass through.
  ///
  /// @param order what is asked for
  Answer pass(Ask ask, FillOrder order) throws InterruptedException {
    Turn turn = workings.turns().take(ask.client());
    if (turn == null) {
      return tooMany("bypass");
    }
    // The length is not known before upstream has answered, so the whole is asked for first.
    return switch (open(order, 0, -1, turn)) {
      case Passthrough.Outcome.Absent _ -> PackageAnswers.gone();
      case Passthrough.Outcome.Failed _ ->
          new Answer.Unavailable(
              502,
              "No upstream could give this file.",
              SOON,
              CacheStatus.forwarded("bypass", 0, false, "disk-full"));
      case Passthrough.Outcome.Open open -> passing(ask, order, open.passage());
    };
  }

  private Answer passing(Ask ask, FillOrder order, Passthrough whole) throws InterruptedException {
    CacheStatus status = CacheStatus.forwarded("bypass", 200, false, "disk-full");
    Representation representation =
        new Representation(
            whole.size(), whole.lastModified(), order.promise().etag(), order.promise().sha256());
    return switch (ask.want(representation)) {
      case Ask.Want.Nothing _ -> {
        whole.close();
        yield new Answer.Found(representation, new Body.None(), status, Validity.ONCE);
      }
      case Ask.Want.Bytes bytes -> {
        if (bytes.from() == 0 && bytes.to() < 0) {
          yield new Answer.Found(representation, new Body.Passing(whole), status, Validity.ONCE);
        }
        whole.close();
        yield part(ask, order, representation, bytes, status);
      }
    };
  }

  private Answer part(
      Ask ask,
      FillOrder order,
      Representation representation,
      Ask.Want.Bytes bytes,
      CacheStatus status)
      throws InterruptedException {
    Turn turn = workings.turns().take(ask.client());
    if (turn == null) {
      return tooMany("bypass");
    }
    return switch (open(order, bytes.from(), bytes.to(), turn)) {
      case Passthrough.Outcome.Open part ->
          new Answer.Found(representation, new Body.Passing(part.passage()), status, Validity.ONCE);
      case Passthrough.Outcome.Absent _ -> PackageAnswers.gone();
      case Passthrough.Outcome.Failed _ ->
          new Answer.Unavailable(502, "No upstream could give this range.", SOON, status);
    };
  }

  private Passthrough.Outcome open(FillOrder order, long from, long to, Turn turn) {
    return Passthrough.open(workings.upstreams(), order, from, to, workings.traffic(), turn::end);
  }

  /// The answer for a client that has had no turn.
  ///
  /// @param forward why upstream would have been asked
  static Answer.Unavailable tooMany(String forward) {
    return new Answer.Unavailable(
        429,
        "Too many downloads from upstream are under way for your address ([limits]"
            + " fills-per-client of this server); try again soon.",
        SOON,
        CacheStatus.forwarded(forward, 0, false, "fills-per-client"));
  }
}
