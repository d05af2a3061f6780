package dev.larder.serve;

import dev.larder.limits.Pace;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends bytes that pass through. A virtual thread reads them and hands them to the event loop, a
/// few pieces ahead of the client at most.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class PassingSender implements Sender {
  private static final Logger log = LoggerFactory.getLogger(PassingSender.class);
  private static final int PIECE = 32 << 10;
  private static final int AHEAD = 4;
  private static final long MOST_REST = 100_000_000; // nanoseconds, until it is seen who is gone

  private final Channel channel;
  private final BodyWriter out;
  private final Payload.Passing body;
  private final Line line;
  private final @Nullable Pace pace;
  private final Semaphore ahead = new Semaphore(AHEAD);
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean over;
  private long sent;

  PassingSender(Channel channel, BodyWriter out, Payload.Passing body, Line line) {
    this.channel = channel;
    this.out = out;
    this.body = body;
    this.line = line;
    this.pace = line.pace();
  }

  @Override
  public void start() {
    // The client is told at once that there is an answer.
    line.flush();
    Thread.ofVirtual().name("passing").start(this::pump);
  }

  /// Closing the passage from elsewhere is what wakes a thread that reads from it.
  @Override
  public void cancel() {
    over = true;
    ahead.release(AHEAD);
    Thread.startVirtualThread(this::closeOnce);
  }

  @Override
  public long sent() {
    return sent;
  }

  private void pump() {
    boolean complete = false;
    try {
      complete = pass(body.passage().stream());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The root of this thread: whatever it was, the body ends here.
      log.debug("body of {} ends short: {}", channel, e.toString());
    } finally {
      closeOnce();
    }
    Ending ending = complete ? Ending.DONE : Ending.SHORT;
    onLoop(() -> finish(ending));
  }

  /// Passes all bytes; false if there were fewer than promised or the client is gone.
  private boolean pass(InputStream in) throws IOException {
    byte[] buffer = new byte[PIECE];
    long left = body.length() < 0 ? Long.MAX_VALUE : body.length();
    while (left > 0) {
      rest();
      int n = in.read(buffer, 0, (int) Math.min(left, piece()));
      if (n < 0) {
        return body.length() < 0;
      }
      ahead.acquireUninterruptibly();
      if (over) {
        return false;
      }
      ByteBuf piece = channel.alloc().directBuffer(n).writeBytes(buffer, 0, n);
      if (!onLoop(() -> write(piece))) {
        piece.release();
        return false;
      }
      left -= n;
    }
    return true;
  }

  /// Waits until the client may have more, or is gone.
  private void rest() {
    for (long nanos = pause(); nanos > 0 && !over; nanos = pause()) {
      LockSupport.parkNanos(Math.min(nanos, MOST_REST));
    }
  }

  private int piece() {
    return out.piece(pace == null ? PIECE : pace.piece(PIECE));
  }

  private long pause() {
    return pace == null ? 0 : pace.pause();
  }

  private boolean onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void write(ByteBuf piece) {
    if (over) {
      piece.release();
      return;
    }
    int length = piece.readableBytes();
    if (pace != null) {
      pace.sent(length);
    }
    ChannelFuture write = out.bytes(piece);
    write.addListener(_ -> written(write, length));
    line.flush();
  }

  private void written(ChannelFuture write, int length) {
    if (write.isSuccess()) {
      sent += length;
      ahead.release();
    } else if (!over) {
      cancel();
      line.ended(Ending.GONE);
    }
  }

  private void finish(Ending ending) {
    if (over) {
      return;
    }
    // Behind all pieces, so that they are counted before the end is told.
    ChannelFuture last = ending == Ending.DONE ? out.last() : out.nothing();
    last.addListener(_ -> last(last, ending));
    line.flush();
  }

  private void last(ChannelFuture last, Ending ending) {
    if (!over) {
      over = true;
      line.ended(last.isSuccess() ? ending : Ending.GONE);
    }
  }

  private void closeOnce() {
    if (closed.compareAndSet(false, true)) {
      body.passage().close();
    }
  }
}
