package dev.larder.serve;

import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a body whose file is removed while it is sent, unless it is through soon: until then the
/// file takes its place on the disk, of which the cache believes that it is free. A client that
/// takes a byte now and then would have it for ever. On the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // closing
final class BodyWatch {
  private static final Logger log = LoggerFactory.getLogger(BodyWatch.class);
  private static final long NEVER = Long.MIN_VALUE;

  private final Channel channel;
  private final long patience; // nanoseconds
  private @Nullable Sender body;
  private long lookedAt;
  private long lostSince = NEVER;

  /// @param patience how long it is between two looks; it may take two of that, once it was seen
  ///   that its file is lost
  BodyWatch(Channel channel, long patience) {
    this.channel = channel;
    this.patience = patience;
  }

  /// Called now and then.
  ///
  /// @param sending what is sent; null for nothing
  void tick(long now, @Nullable Sender sending) {
    if (sending == null || !sending.equals(body)) {
      body = sending;
      lookedAt = now;
      lostSince = NEVER;
    } else if (now - lookedAt >= patience) {
      lookedAt = now;
      Thread.startVirtualThread(() -> look(sending));
    }
  }

  private void look(Sender of) {
    boolean lost = of.isFileLost();
    try {
      channel.eventLoop().execute(() -> seen(of, lost));
    } catch (RejectedExecutionException e) {
      log.debug("no longer listening", e);
    }
  }

  private void seen(Sender of, boolean lost) {
    if (!of.equals(body)) {
      return;
    }
    if (!lost) {
      lostSince = NEVER;
    } else if (lostSince == NEVER) {
      lostSince = lookedAt;
    } else if (lookedAt - lostSince >= 2 * patience) {
      log.debug("closing {}, which takes long over a file that was removed", channel);
      channel.close();
    }
  }
}
