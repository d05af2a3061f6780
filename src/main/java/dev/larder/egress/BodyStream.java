package dev.larder.egress;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.TruncatedChunkException;

/// The body of a response, watched for stalls, whose every failure says which host failed and how.
final class BodyStream extends InputStream {
  /// The most bytes that are read away to keep a connection, and only if they are here already.
  private static final int CHEAP = 8 * 1024;

  private final InputStream in;
  private final String host;
  private final long length;
  private final long stallSeconds;
  private final Watchdog.Pulse pulse;

  /// Held by a read, and while [#finish()] reads what is left.
  private final ReentrantLock turn = new ReentrantLock();

  private long received;
  private boolean ended;
  private volatile boolean closed;

  /// @param length stated length in bytes, or -1
  BodyStream(InputStream in, String host, long length, Limits limits, Watchdog.Pulse pulse) {
    this.in = in;
    this.host = host;
    this.length = length;
    this.stallSeconds = Math.max(1, limits.stall().toSeconds());
    this.pulse = pulse;
  }

  long length() {
    return length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    turn.lock();
    try {
      if (closed) {
        throw new IOException("the body from " + host + " was closed");
      }
      return ended ? -1 : watched(bytes, offset, count);
    } finally {
      turn.unlock();
    }
  }

  private int watched(byte[] bytes, int offset, int count) throws IOException {
    int got = 0;
    pulse.enter();
    try {
      got = in.read(bytes, offset, count);
    } catch (IOException e) {
      pulse.stop();
      throw explained(e);
    } finally {
      pulse.leave(got);
    }
    if (got < 0) {
      ended = true;
      pulse.stop();
    } else {
      received += got;
    }
    return got;
  }

  @Override
  public int available() throws IOException {
    return closed || ended ? 0 : Math.max(0, in.available());
  }

  private IOException explained(IOException e) {
    if (pulse.stalled() || e instanceof SocketTimeoutException) {
      return new IOException(
          "stalled: less than 1 KiB/s from %s over %d s, after %s"
              .formatted(host, stallSeconds, progress()),
          e);
    }
    if (closed) {
      return new IOException("the body from " + host + " was closed", e);
    }
    return switch (e) {
      case MalformedChunkCodingException malformed
          when !(malformed instanceof TruncatedChunkException) ->
          new IOException(host + " sent a malformed chunk after " + progress(), e);
      case ConnectionClosedException _, MalformedChunkCodingException _ ->
          new IOException(host + " ended the body too early, after " + progress(), e);
      default -> new IOException("%s: %s after %s".formatted(host, e.getMessage(), progress()), e);
    };
  }

  private String progress() {
    return length < 0 ? received + " bytes" : received + " of " + length + " bytes";
  }

  /// Ends the stream: whoever reads from now on gets an error, never an early end. Reads what is
  /// left if that needs no waiting. Returns whether the body is at its end.
  boolean finish() {
    boolean idle = turn.tryLock();
    closed = true;
    pulse.stop();
    if (!idle) {
      return false;
    }
    try {
      long left = length - received;
      if (!ended && length >= 0 && left <= CHEAP && in.available() >= left) {
        byte[] rest = new byte[(int) left + 1];
        while (in.read(rest) >= 0) {
          // The bytes are in memory; the last call returns the end without a look at the network.
        }
        ended = true;
      }
      return ended;
    } catch (IOException e) {
      return false;
    } finally {
      turn.unlock();
    }
  }

  /// Does nothing: a body ends with its exchange, see [Fetched#close()].
  @Override
  public void close() {}
}
