package dev.larder.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes a connection whose client is too slow: with a request's header, with its next request, or
/// with taking what is written. Sits in front of the decoder, where it sees bytes arrive.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class Watch extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final long NEVER = Long.MIN_VALUE;

  private final Limits limits;
  private BooleanSupplier busy = () -> false;
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> ticking;
  private long headerSince = NEVER;
  private long idleSince;
  private long progressSince;
  private long progress = -1;
  private int head;
  private boolean hurried;

  Watch(Limits limits) {
    this.limits = limits;
  }

  /// Starts watching.
  ///
  /// @param isBusy whether a request is in progress
  void start(Channel watched, BooleanSupplier isBusy) {
    channel = watched;
    busy = isBusy;
    idleSince = System.nanoTime();
    progressSince = idleSince;
    long tick = limits.tick().toNanos();
    ticking =
        watched.eventLoop().scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.NANOSECONDS);
  }

  /// From now on waiting for a request is no longer allowed than waiting for its end.
  void hurry() {
    hurried = true;
  }

  void stop() {
    if (ticking != null) {
      ticking.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (headerSince == NEVER) {
      headerSince = System.nanoTime();
    }
    ctx.fireChannelRead(message);
  }

  /// A request's header has been read.
  void headerComplete() {
    headerSince = NEVER;
  }

  /// A request has been replied to. Whatever of the next one came meanwhile counts from now.
  void replied() {
    idleSince = System.nanoTime();
    if (headerSince != NEVER) {
      headerSince = idleSince;
    }
  }

  private void tick() {
    if (channel == null) {
      return;
    }
    long now = System.nanoTime();
    if (isStalled(channel, now)) {
      close("takes no bytes");
    } else if (!busy.getAsBoolean()) {
      if (headerSince != NEVER && now - headerSince >= limits.header().toNanos()) {
        close("has not finished its request");
      } else if (now - idleSince >= (hurried ? limits.header() : limits.idle()).toNanos()
          && headerSince == NEVER) {
        close("is idle");
      }
    }
  }

  /// Whether bytes wait to be written and none has been for too long. The buffer's first message
  /// and how much of it is gone change with every byte the client takes.
  private boolean isStalled(Channel of, long now) {
    ChannelOutboundBuffer buffer = of.unsafe().outboundBuffer();
    if (buffer == null || buffer.isEmpty()) {
      progressSince = now;
      return false;
    }
    int first = System.identityHashCode(buffer.current());
    long gone = buffer.currentProgress() - buffer.totalPendingWriteBytes();
    if (first != head || gone != progress) {
      head = first;
      progress = gone;
      progressSince = now;
    }
    return now - progressSince >= limits.stalled().toNanos();
  }

  private void close(String why) {
    if (channel != null) {
      log.debug("closing {}, which {}", channel, why);
      channel.close();
    }
  }
}
