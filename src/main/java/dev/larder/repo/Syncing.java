package dev.larder.repo;

import dev.larder.store.Durable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Makes files durable while others are still on their way. Whoever brings one does not wait for
/// the disk; whoever wants to rely on all of them does, once. Safe for use by many threads.
final class Syncing {
  /// How many files may be waiting for the disk. Whoever brings more waits, so that in the end
  /// there is never long to wait.
  private static final int AHEAD = 256;

  private final Semaphore slots;
  private final Semaphore ahead = new Semaphore(AHEAD);
  private final Queue<FutureTask<@Nullable Void>> begun = new ArrayDeque<>();
  private @Nullable IOException failure;

  /// @param slots how many files are synced at a time; may be shared
  Syncing(Semaphore slots) {
    this.slots = slots;
  }

  /// Begins to sync a file that is written to its end, and that stays where it is. Blocks while
  /// many others are still waiting for the disk.
  void begin(Path file) {
    ahead.acquireUninterruptibly();
    FutureTask<@Nullable Void> task =
        new FutureTask<>(() -> {
          slots.acquireUninterruptibly();
          try {
            Durable.sync(file);
          } finally {
            slots.release();
            ahead.release();
          }
          return null;
        });
    synchronized (begun) {
      begun.add(task);
    }
    Thread.ofVirtual().name("sync").start(task);
  }

  /// Waits until everything that was begun is durable.
  ///
  /// @throws IOException if anything is not, and from then on always: the system tells of a failure
  ///   once, and a second attempt that seems to succeed has saved nothing
  void await() throws IOException {
    synchronized (begun) {
      try {
        for (var task = begun.peek(); task != null && failure == null; task = begun.peek()) {
          settle(task);
          begun.remove();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while packages are written to the disk", e);
      }
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
    }
  }

  private void settle(FutureTask<@Nullable Void> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      failure = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }
}
