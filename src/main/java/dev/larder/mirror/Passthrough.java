package dev.larder.mirror;

import dev.larder.egress.Fetched;
import dev.larder.mirror.HeadVerdict.Head;
import dev.larder.repo.Answer;
import dev.larder.store.Checksum;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Bytes that go from an upstream to one client and are not kept: a range far ahead of a fill, or
/// any file while the disk takes nothing. Of a whole file with a known checksum the end is withheld
/// until the checksum holds, as in a [Fill].
final class Passthrough implements Answer.Passage {
  private static final Logger LOG = LoggerFactory.getLogger(Passthrough.class);

  private final Fetched response;
  private final InputStream stream;
  private final long length;
  private final @Nullable Instant lastModified;
  private final long size;
  private final Runnable ended;

  private Passthrough(
      Fetched response, InputStream stream, long length, long size, Runnable ended) {
    this.ended = ended;
    this.response = response;
    this.stream = stream;
    this.length = length;
    this.size = size;
    this.lastModified = response.lastModified();
  }

  /// What asking the upstreams for a passage came to.
  sealed interface Outcome {
    /// Bytes are coming.
    record Open(Passthrough passage) implements Outcome {}

    /// No upstream has it.
    record Absent() implements Outcome {}

    /// It cannot be had now.
    record Failed(String why) implements Outcome {}
  }

  /// Opens the bytes from `from` to `to` of what `order` names.
  ///
  /// @param to last byte, or -1 for the end
  /// @param ended run when it has ended, or has not begun; perhaps more than once
  static Outcome open(
      Upstreams upstreams, FillOrder order, long from, long to, Traffic traffic, Runnable ended) {
    Outcome outcome = asked(upstreams, order, from, to, traffic, ended);
    if (!(outcome instanceof Outcome.Open)) {
      ended.run();
    }
    return outcome;
  }

  private static Outcome asked(
      Upstreams upstreams, FillOrder order, long from, long to, Traffic traffic, Runnable ended) {
    String why = "no upstream is configured";
    boolean absent = false;
    for (Upstream upstream : upstreams.inOrder(order.promise().key())) {
      boolean whole = from == 0 && to < 0;
      Map<String, String> headers =
          whole ? Map.of() : Map.of("Range", "bytes=" + from + "-" + (to < 0 ? "" : to));
      try {
        Fetched response = upstreams.get(upstream, order.path(), headers);
        Head head = head(response, upstreams.now());
        HeadVerdict verdict =
            HeadVerdict.judge(head, from, to, order.promise().expected(), order.mayBePage());
        if (verdict instanceof HeadVerdict.Take take) {
          traffic.passed();
          return new Outcome.Open(opened(order, response, take, from, to, traffic, ended));
        }
        absent |= verdict instanceof HeadVerdict.Gone;
        why = upstream + ": " + verdict;
        response.close();
        switch (verdict) {
          case HeadVerdict.Busy busy -> upstream.busy(busy.why(), busy.retryAfter());
          case HeadVerdict.Bad bad -> upstreams.bad(upstream, order, head.status(), bad.why());
          case HeadVerdict.Take _,
              HeadVerdict.Gone _,
              HeadVerdict.NotModified _,
              HeadVerdict.StartOver _ -> {}
        }
      } catch (IOException e) {
        why = upstream + ": " + e.getMessage();
        Level level = upstream.failed(String.valueOf(e.getMessage())) ? Level.INFO : Level.DEBUG;
        LOG.atLevel(level).log("{}: {}", order.path(), why);
      }
    }
    return absent ? new Outcome.Absent() : new Outcome.Failed(why);
  }

  private static Passthrough opened(
      FillOrder order,
      Fetched response,
      HeadVerdict.Take take,
      long from,
      long to,
      Traffic traffic,
      Runnable ended)
      throws IOException {
    InputStream body = response.body();
    body.skipNBytes(take.skip());
    InputStream counted = new Counted(body, traffic);
    Checksum checksum = order.promise().expected().checksum();
    long size = take.size();
    if (from == 0 && to < 0 && checksum != null && size >= 0) {
      return new Passthrough(response, new Proven(counted, size, checksum), size, size, ended);
    }
    long length = size < 0 ? -1 : (to < 0 ? size : Math.min(size, to + 1)) - from;
    return new Passthrough(response, counted, length, size, ended);
  }

  /// The parts of an answer's head that [HeadVerdict] looks at.
  static Head head(Fetched response, Instant now) {
    // Whoever redirects a name to the same with a slash has a directory there, and then answers
    // with a page about it. No path we ask for ends with a slash.
    String path = String.valueOf(response.effectiveUri().getPath());
    boolean directory = path.endsWith("/");
    // Some servers take a name that ends in .gz for a file that was packed for the way.
    String encoding = response.header("Content-Encoding");
    boolean asNamed = path.endsWith(".gz") && encoding != null && encoding.matches("(x-)?gzip");
    return new Head(
        directory ? 404 : response.status(),
        response.contentLength(),
        response.header("Content-Range"),
        response.header("Content-Type"),
        asNamed ? null : encoding,
        response.retryAfter(now));
  }

  @Override
  public InputStream stream() {
    return stream;
  }

  @Override
  public long length() {
    return length;
  }

  /// Size of the whole file, or -1.
  long size() {
    return size;
  }

  /// Upstream's Last-Modified, or null.
  @Nullable Instant lastModified() {
    return lastModified;
  }

  @Override
  public void close() {
    response.close();
    ended.run();
  }

  private static final class Counted extends FilterInputStream {
    private final Traffic traffic;

    Counted(InputStream in, Traffic traffic) {
      super(in);
      this.traffic = traffic;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      traffic.fromUpstream(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int n = super.read(buffer, from, length);
      traffic.fromUpstream(Math.max(0, n));
      return n;
    }
  }

  /// Gives out the last bytes only after the checksum of all held.
  private static final class Proven extends FilterInputStream {
    private final MessageDigest digest;
    private final Checksum checksum;
    private long open;
    private final int withheld;
    private @Nullable InputStream tail;

    Proven(InputStream in, long size, Checksum checksum) {
      super(in);
      this.checksum = checksum;
      this.digest = checksum.algorithm().digest();
      this.withheld = (int) Math.min(Growth.WITHHELD, size);
      this.open = size - withheld;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      InputStream proven = tail;
      if (proven != null) {
        return proven.read(buffer, from, length);
      }
      if (open > 0) {
        int n = super.read(buffer, from, (int) Math.min(length, open));
        if (n > 0) {
          open -= n;
          digest.update(buffer, from, n);
        }
        return n;
      }
      byte[] last = in.readNBytes(withheld + 1);
      digest.update(last);
      if (last.length != withheld || !Checksum.of(checksum.algorithm(), digest).equals(checksum)) {
        throw new IOException("checksum is wrong; the end is not sent");
      }
      tail = new ByteArrayInputStream(last);
      return read(buffer, from, length);
    }
  }
}
