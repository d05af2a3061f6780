package dev.larder.mirror;

import dev.larder.egress.Fetched;
import dev.larder.mirror.HeadVerdict.Head;
import dev.larder.store.GrowingFile.State;
import dev.larder.store.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The one download of a file that is under way, shared by every client that wants it.
///
/// One virtual thread writes: it asks the upstreams in order, goes on from another one at the byte
/// where the last one died, and checks the whole against the promise. Any number of clients read
/// the growing file at their own pace; none of them can slow it or end it. What is not proven yet
/// is withheld at the end of the file, so a client can end up with a short file but not with a
/// wrong one that looks complete. A small file is withheld whole: if its bytes are wrong the next
/// upstream is asked and no client notices.
final class Fill {
  private static final Logger LOG = LoggerFactory.getLogger(Fill.class);

  /// pacman gives up after ten seconds without a byte: after this long a small file is let go to
  /// its half though it is not proven.
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /// How often one upstream may die on us and still be asked for the rest.
  private static final int RETRIES = 4;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private static final int BUFFER = 1 << 17;

  private final FillOrder order;
  private final Growth growth;
  private final FillStart start = new FillStart();
  private final Fills fills;
  private final CompletableFuture<FillHead> head = new CompletableFuture<>();
  private final Set<Upstream> contributors = new HashSet<>();
  private final Instant startedAt;
  private final Room room;
  private volatile String from = "";
  private volatile @Nullable Partial partial;
  private volatile @Nullable Instant lastModified;
  private @Nullable String etag;
  private Hashing hashing;

  Fill(FillOrder order, Fills fills) {
    this.order = order;
    this.fills = fills;
    this.startedAt = fills.clock().instant();
    this.room = new Room(fills.share());
    this.growth = new Growth(order.checked(), order.promise().expected().size(), order.wholeUpTo());
    this.hashing = new Hashing(order.promise().expected().checksum());
  }

  /// How an attempt with one upstream ended.
  private enum Attempt {
    DONE,
    ABSENT,
    FAILED,
    DISTRUSTED
  }

  /// An upstream's bytes are not what they must be.
  private static final class UpstreamFault extends IOException {
    private static final long serialVersionUID = 1L;

    UpstreamFault(String why) {
      super(why);
    }
  }

  /// The file as its readers see it; whoever joined it leaves it.
  Growth growth() {
    return growth;
  }

  /// When it begins.
  FillStart start() {
    return start;
  }

  /// Base URL of the upstream that was asked last, without user and password; empty if none was.
  String source() {
    return from.replaceFirst("//[^/@]*@", "//");
  }

  /// Waits until it is known what comes. For a small file that is when it is complete, so that an
  /// error can still be told as one.
  FillHead awaitHead(Duration limit) throws InterruptedException {
    FillHead known = Growth.await(head, limit);
    if (known == null) {
      return new FillHead.Failed(504, "no upstream has answered in time", RETRY_AFTER);
    }
    if (known instanceof FillHead.Begun begun && growth.isWithheldWhole(begun.size())) {
      State ended = growth.awaitEnd(PATIENCE);
      if (ended == null) {
        growth.lose();
        // Another upstream may have come in meanwhile, with another size.
        return new FillHead.Begun(growth.size(), begun.lastModified(), begun.status());
      } else if (ended instanceof State.Failed failed) {
        return new FillHead.Failed(502, failed.why(), RETRY_AFTER);
      }
    }
    return known;
  }

  /// Whether it has begun to give bytes and can give no more: whoever wants them now needs another.
  boolean isBroken() {
    return growth.state() instanceof State.Failed && head.getNow(null) instanceof FillHead.Begun;
  }

  MirrorReport.FillReport report() {
    return new MirrorReport.FillReport(
        order.path().value(), growth.size(), growth.offset(), growth.readers(), from, startedAt);
  }

  /// Makes what is there so far survive a crash.
  void journal() {
    Partial open = partial;
    if (open != null && growth.state() instanceof State.Running && head.isDone()) {
      try {
        open.journal(growth.offset(), lastModified);
      } catch (IOException e) {
        LOG.debug("journal of {}", order.path(), e);
      }
    }
  }

  /// Ends it before it has begun, since it is nobody's turn.
  void refuse() {
    head.complete(new FillHead.Failed(429, "too many at once", RETRY_AFTER));
    fail("too many at once");
    fills.ended(order, this);
    growth.leave();
  }

  /// Does the download. Runs on a virtual thread of its own.
  void run() {
    try {
      if (!isSettled()) {
        begin();
        ask();
      }
    } catch (DiskFailure e) {
      LOG.warn("{}: cannot be stored: {}", order.path(), e.getMessage());
      fills.diskFailed();
      forgetPartial();
      head.complete(new FillHead.NoRoom(String.valueOf(e.getMessage())));
      fail("the disk failed: " + e.getMessage());
    } catch (RuntimeException e) {
      // The root of this thread: nobody else would hear of it.
      LOG.error("fill of {}", order.path(), e);
      head.complete(new FillHead.Failed(500, "internal error", RETRY_AFTER));
      fail("internal error");
    } finally {
      room.giveBack();
      tidy();
      if (!from.isEmpty()) {
        fills.traffic().ended(growth.state() instanceof State.Complete, head.getNow(null));
      }
      fills.ended(order, this);
      growth.leave();
    }
  }

  /// What a failed fill leaves on disk is what the next one can go on with, or nothing. Whoever
  /// comes next begins only after this: they may use the same file.
  private void tidy() {
    Partial open = partial;
    if (open == null || growth.state() instanceof State.Complete) {
      return;
    }
    if (!order.promise().provable() || growth.offset() == 0) {
      open.forget();
      return;
    }
    try {
      open.journal(growth.offset(), lastModified);
    } catch (IOException e) {
      LOG.debug("journal of {}", order.path(), e);
    }
  }

  /// Whoever wanted this fill looked for the file a moment ago; the fill before this one may have
  /// ended since. Its outcome was noted before it made room for this one.
  private boolean isSettled() throws DiskFailure {
    if (fills.isKnownAbsent(order)) {
      head.complete(new FillHead.Absent());
      fail("no upstream has it");
      return true;
    }
    try {
      HeldFiles.Held held = fills.found(order);
      if (held == null) {
        return false;
      }
      growth.open(held.file().channel());
      growth.size(held.row().size());
      growth.advance(held.row().size());
      growth.end(new State.Complete(held.row().size()));
      head.complete(new FillHead.Begun(held.row().size(), held.lastModified(), 200));
      return true;
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
  }

  /// Goes on where an earlier fill stopped.
  private void begin() throws DiskFailure {
    if (!order.promise().provable()) {
      return;
    }
    try {
      Partial open = open();
      lastModified = open.lastModified();
      // Nearly always nothing, and most files are small: no buffer then, and a small one below.
      byte[] buffer = new byte[(int) Math.min(1 << 16, open.trusted())];
      while (growth.offset() < open.trusted()) {
        int n = open.channel().read(ByteBuffer.wrap(buffer), growth.offset());
        if (n < 0) {
          throw new IOException("partial file is shorter than its journal says");
        }
        hashing.update(buffer, 0, n);
        growth.advance(growth.offset() + n);
      }
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
  }

  private Partial open() throws IOException {
    Partial open = Partial.open(fills.partials(), order.path(), order.promise());
    partial = open;
    growth.open(open.channel());
    return open;
  }

  /// Asks upstreams until one attempt is done or none is left to try.
  private void ask() throws DiskFailure {
    Map<Upstream, Integer> failures = new HashMap<>();
    Set<Upstream> without = new HashSet<>();
    String why = "no upstream is configured";
    while (true) {
      Upstream upstream = next(failures, without);
      if (upstream == null) {
        conclude(without.containsAll(fills.upstreams().all()), why);
        return;
      }
      from = upstream.base();
      long before = growth.offset();
      try {
        switch (attempt(upstream)) {
          case DONE -> {
            return;
          }
          case ABSENT -> without.add(upstream);
          case FAILED -> failures.merge(upstream, RETRIES, Integer::sum);
          case DISTRUSTED -> {
            failures.merge(upstream, RETRIES, Integer::sum);
            why = "what upstream has is not what the index promises";
          }
        }
      } catch (IOException e) {
        why = upstream.base() + ": " + e.getMessage();
        Level level = upstream.failed(String.valueOf(e.getMessage())) ? Level.INFO : Level.DEBUG;
        LOG.atLevel(level).log("{}: {}", order.path(), why);
        // Whoever has brought us further may try again; whoever has not, or lies, may not.
        boolean useful = growth.offset() > before && !(e instanceof UpstreamFault);
        failures.merge(upstream, useful ? 1 : RETRIES, Integer::sum);
        if (growth.offset() > 0 && !order.promise().provable() && !startOver()) {
          return;
        }
      }
    }
  }

  private @Nullable Upstream next(Map<Upstream, Integer> failures, Set<Upstream> without) {
    Upstream best = null;
    List<Upstream> candidates = new ArrayList<>(fills.upstreams().inOrder(order.promise().key()));
    // One that backs off may still be the only one that can go on, and its word counts on absence.
    fills.upstreams().all().stream()
        .filter(upstream -> !candidates.contains(upstream) && upstream.toldUntil() == null)
        .forEach(candidates::add);
    for (Upstream upstream : candidates) {
      int failed = failures.getOrDefault(upstream, 0);
      if (without.contains(upstream) || failed >= RETRIES) {
        continue;
      }
      if (best == null || failed < failures.getOrDefault(best, 0)) {
        best = upstream;
      }
    }
    return best;
  }

  private void conclude(boolean absent, String why) {
    if (absent) {
      fills.noteAbsent(order);
      head.complete(new FillHead.Absent());
    } else {
      Duration told = fills.upstreams().retryAfter();
      head.complete(
          told == null
              ? new FillHead.Failed(502, why, RETRY_AFTER)
              : new FillHead.Failed(503, "upstream asks to wait: " + why, told));
    }
    fail(why);
  }

  private Attempt attempt(Upstream upstream) throws IOException, DiskFailure {
    long offset = growth.offset();
    Map<String, String> headers = new HashMap<>(offset == 0 ? order.conditional() : Map.of());
    if (offset > 0) {
      headers.put("Range", "bytes=" + offset + "-");
    }
    try (Fetched response = fills.upstreams().get(upstream, order.path(), headers)) {
      Head answered = Passthrough.head(response, fills.clock().instant());
      return switch (HeadVerdict.judge(
          answered, offset, -1, order.promise().expected(), order.mayBePage())) {
        case HeadVerdict.Take take -> take(upstream, response, take);
        case HeadVerdict.Gone gone -> {
          upstream.succeeded();
          yield Attempt.ABSENT;
        }
        case HeadVerdict.NotModified same -> {
          upstream.succeeded();
          head.complete(new FillHead.NotModified());
          fail("not modified");
          yield Attempt.DONE;
        }
        case HeadVerdict.Busy busy -> {
          upstream.busy(busy.why(), busy.retryAfter());
          yield Attempt.FAILED;
        }
        case HeadVerdict.StartOver over -> {
          LOG.info("{}: {}: {}", order.path(), upstream, over.why());
          yield startOver() ? Attempt.FAILED : Attempt.DONE;
        }
        case HeadVerdict.Bad bad -> {
          fills.upstreams().bad(upstream, order, response.status(), bad.why());
          yield Attempt.DISTRUSTED;
        }
      };
    }
  }

  private Attempt take(Upstream upstream, Fetched response, HeadVerdict.Take take)
      throws IOException, DiskFailure {
    InputStream body = response.body();
    long limit = order.maxSize();
    if (limit >= 0 && take.size() > limit) {
      throw new UpstreamFault("has %d bytes, more than a client takes".formatted(take.size()));
    }
    byte[] start = new byte[0];
    if (growth.offset() == 0 && take.skip() == 0) {
      start = body.readNBytes(512);
      if (!fills.plausible(order.path(), start)) {
        throw new UpstreamFault("sent something that is not what the name says");
      }
      if (lastModified == null) {
        lastModified = response.lastModified();
      }
      etag = response.header("ETag");
    } else {
      body.skipNBytes(take.skip());
    }
    long size = take.size();
    try {
      room.take(size);
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
    if (!growth.size(size)) {
      forgetPartial();
      fail("an upstream has %d bytes where another had %d".formatted(size, growth.size()));
      return Attempt.DONE;
    }
    try {
      if (partial == null) {
        open();
      }
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
    head.complete(new FillHead.Begun(size, lastModified, response.status()));
    contributors.add(upstream);
    append(start, start.length);
    byte[] buffer = new byte[size < 0 ? BUFFER : (int) Math.min(BUFFER, size + 1)];
    for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
      append(buffer, n);
      if (limit >= 0 && growth.offset() > limit) {
        throw new UpstreamFault("sends more bytes than a client takes");
      }
    }
    if (size >= 0 && growth.offset() < size) {
      throw new IOException("ended at byte %d of %d".formatted(growth.offset(), size));
    }
    return finish(upstream);
  }

  private void append(byte[] buffer, int n) throws IOException, DiskFailure {
    if (n == 0) {
      return;
    }
    long at = growth.offset();
    long size = growth.size();
    if (size >= 0 && at + n > size) {
      throw new UpstreamFault("sends more than the %d bytes it should".formatted(size));
    }
    try {
      room.write(growth.channel(), buffer, n, at, size - at);
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
    hashing.update(buffer, 0, n);
    fills.traffic().fromUpstream(n);
    growth.advance(at + n);
  }

  private Attempt finish(Upstream upstream) throws DiskFailure {
    Hashing.Result result = hashing.finish();
    if (!result.asExpected()) {
      LOG.warn("{}: {}: checksum is wrong; the bytes are thrown away", order.path(), contributors);
      for (Upstream contributor : contributors) {
        fills.upstreams().distrust(contributor, order.promise().key());
        contributor.failed("sent wrong bytes of " + order.path());
      }
      return startOver() ? Attempt.DISTRUSTED : Attempt.DONE;
    }
    Partial open = partial;
    String refusal = open == null ? null : fills.refusal(order, open.file());
    if (refusal != null) {
      LOG.warn("{}: {}: {}", order.path(), upstream, refusal);
      fills.upstreams().distrust(upstream, order.promise().key());
      return startOver() ? Attempt.DISTRUSTED : Attempt.DONE;
    }
    try {
      if (open != null) {
        room.giveBack();
        HeldFiles.Upstreamed upstreamed = new HeldFiles.Upstreamed(lastModified, etag);
        growth.name(fills.keep(order, open.file(), result.sha256(), upstreamed));
        open.forget();
      }
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
    upstream.succeeded();
    growth.end(new State.Complete(growth.offset()));
    return Attempt.DONE;
  }

  /// The bytes so far are wrong. If no client has seen any of them we begin again.
  ///
  /// @return false if some client has, and so it ends here
  private boolean startOver() throws DiskFailure {
    if (!growth.rewind()) {
      forgetPartial();
      fail("the bytes sent so far are not what they must be");
      return false;
    }
    contributors.clear();
    lastModified = null;
    hashing = new Hashing(order.promise().expected().checksum());
    Partial open = partial;
    try {
      if (open != null) {
        open.restart();
      }
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
    return true;
  }

  private void forgetPartial() {
    Partial open = partial;
    if (open != null) {
      open.forget();
    }
  }

  private void fail(String why) {
    growth.end(new State.Failed(why));
  }
}
