package dev.larder;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The wish that the server ends, told by SIGTERM or SIGINT. Who is told while still starting ends
/// at once: everything it has begun is safe from that as it is from a crash. The first wish after
/// that has the server finish what it is at, and the next one has it finish sooner.
final class Stop {
  private static final Logger LOG = LoggerFactory.getLogger(Stop.class);

  private final CountDownLatch wished = new CountDownLatch(1);
  private @Nullable Runnable hurry; // null while it starts; guarded by this

  private Stop() {}

  /// From now on the two signals are taken as such wishes.
  static Stop onSignals() {
    Stop stop = new Stop();
    Signals.TERM.listen(stop::wish);
    Signals.INT.listen(stop::wish);
    return stop;
  }

  /// Waits for the wish of a server that runs now.
  ///
  /// @param sooner called for every further wish
  void await(Runnable sooner) throws InterruptedException {
    synchronized (this) {
      hurry = sooner;
    }
    wished.await();
  }

  private synchronized void wish() {
    if (hurry == null) {
      LOG.info("told to stop while starting");
      System.exit(0);
    } else if (wished.getCount() > 0) {
      wished.countDown();
    } else {
      LOG.info("told to stop again: nothing is waited for any longer");
      hurry.run();
    }
  }
}
