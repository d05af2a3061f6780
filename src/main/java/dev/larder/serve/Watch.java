package dev.larder.serve;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes a connection whose client is too slow: with a request's header, with its next request, or
/// with taking what is written. Sits in front of the decoder, where it sees bytes arrive, and
/// closes one that is in the middle of a long request while there are too many of those.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class Watch extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final long NEVER = Long.MIN_VALUE;

  private final Limits limits;
  private final Backlog unread;
  private BooleanSupplier busy = () -> false;
  private Supplier<@Nullable Sender> sending = () -> null;
  private @Nullable BodyWatch body;
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> ticking;
  private long headerSince = NEVER;
  private long idleSince;
  private long progressSince;
  private long progress = -1;
  private int head;
  private boolean hurried;
  private boolean deaf;
  private int unfinished; // bytes of a request that are in memory
  private int sealed; // and of TLS that nothing could be read of yet

  /// @param unread what all connections together have of unfinished requests
  Watch(Limits limits, Backlog unread) {
    this.limits = limits;
    this.unread = unread;
  }

  /// Starts watching.
  ///
  /// @param isBusy whether a request is in progress
  /// @param whatIsSent the body in progress; null if there is none
  void start(Channel watched, BooleanSupplier isBusy, Supplier<@Nullable Sender> whatIsSent) {
    channel = watched;
    busy = isBusy;
    sending = whatIsSent;
    body = new BodyWatch(watched, limits.stalled().toNanos());
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
    forget();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (headerSince == NEVER) {
      headerSince = System.nanoTime();
    }
    if (sealed > 0) {
      unread.add(-sealed);
      sealed = 0;
    }
    if (deaf) {
      ReferenceCountUtil.release(message);
      return;
    }
    int length = length(message);
    unfinished += length;
    unread.add(length);
    ctx.fireChannelRead(message);
    closeIfMuch();
  }

  /// What sees the bytes of TLS arrive, to be put in front of what reads it: of a record that does
  /// not end nothing comes further.
  ChannelInboundHandler beforeTls() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        int length = length(message);
        sealed += length;
        unread.add(length);
        ctx.fireChannelRead(message);
        closeIfMuch();
      }
    };
  }

  private int length(Object message) {
    return message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
  }

  private void closeIfMuch() {
    if (unfinished + sealed > Backlog.LITTLE && unread.isLong()) {
      close("is in the middle of a long request, like many others");
    }
  }

  /// A request's header has been read.
  void headerComplete() {
    headerSince = NEVER;
  }

  /// Nothing that comes is listened to any more: it is thrown away.
  void deafen() {
    deaf = true;
  }

  /// Nothing of what was read is in memory any more, but for what one read of the socket brings.
  void forget() {
    unread.add(-unfinished - sealed);
    unfinished = 0;
    sealed = 0;
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
    if (body != null) {
      body.tick(now, sending.get());
    }
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
