package dev.larder.mirror;

import dev.larder.store.FileName;
import dev.larder.store.GrowingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The readers' side of a fill: how far the file has come, how much of it may be read, and who
/// waits for more. One writer calls [#open], [#size], [#advance], [#rewind] and [#end]; the rest is
/// for any number of readers.
///
/// Of a file that is checked as a whole the end is withheld until the check is passed; a small one
/// is withheld whole.
final class Growth implements GrowingFile {
  /// How much of a file is withheld until its checksum holds; of smaller files, half.
  static final int WITHHELD = 64 * 1024;

  private final boolean checked;
  private final long wholeUpTo;
  private final CompletableFuture<State> end = new CompletableFuture<>();
  // The writer is one user of the channel, every reader another.
  private final AtomicInteger users = new AtomicInteger(1);
  // Guards itself, the note that a reader has seen bytes, and the change of state.
  private final List<Waiter> waiters = new ArrayList<>();
  private volatile @Nullable FileChannel channel;
  private volatile @Nullable FileName name;
  private volatile State state = new State.Running();
  private volatile long size;
  private volatile long offset;
  private volatile boolean impatient;
  private volatile boolean exposed;

  /// @param checked whether the whole is looked at before its last bytes are let go
  /// @param size in bytes, or -1 if not known yet
  Growth(boolean checked, long size) {
    this(checked, size, WITHHELD);
  }

  /// @param wholeUpTo files of up to so many bytes are withheld whole
  Growth(boolean checked, long size, long wholeUpTo) {
    this.checked = checked;
    this.size = size;
    this.wholeUpTo = wholeUpTo;
  }

  private record Waiter(long position, Runnable wake) {}

  /// The file to write into.
  void open(FileChannel file) {
    channel = file;
  }

  /// The complete file is kept under this name.
  void name(FileName kept) {
    name = kept;
  }

  @Override
  public @Nullable FileName name() {
    return name;
  }

  /// The size of the whole file is known now.
  ///
  /// @return false if readers may have been told another one; they would take a part for the whole
  boolean size(long bytes) {
    synchronized (waiters) {
      if (size >= 0 && size != bytes && (impatient || !isWithheldWhole(size))) {
        return false;
      }
      size = bytes;
      return true;
    }
  }

  /// Whether a checked file of so many bytes is withheld whole, so that nobody is told anything of
  /// it before its check is passed.
  boolean isWithheldWhole(long bytes) {
    return bytes >= 0 && bytes <= wholeUpTo;
  }

  long size() {
    return size;
  }

  /// How many bytes have been written.
  long offset() {
    return offset;
  }

  /// `to` bytes have been written.
  void advance(long to) {
    offset = to;
    wake();
  }

  /// Begins again at byte 0, unless a reader has been let at the bytes.
  ///
  /// @return whether it could
  boolean rewind() {
    synchronized (waiters) {
      if (!exposed) {
        offset = 0;
      }
      return !exposed;
    }
  }

  /// Nothing more will be written.
  void end(State last) {
    synchronized (waiters) {
      if (!(state instanceof State.Running)) {
        return;
      }
      state = last;
    }
    end.complete(last);
    wake();
  }

  /// Lets the first half of a small file go though it is not proven.
  void lose() {
    synchronized (waiters) {
      impatient = true;
    }
    wake();
  }

  /// Adds a reader; false if it has ended and nobody reads it any more.
  boolean join() {
    while (true) {
      int n = users.get();
      if (n == 0) {
        return false;
      }
      if (users.compareAndSet(n, n + 1)) {
        return true;
      }
    }
  }

  @Override
  public void leave() {
    FileChannel file = channel;
    if (users.decrementAndGet() == 0 && file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// How many clients read it.
  int readers() {
    boolean writing = state instanceof State.Running;
    return Math.max(0, users.get() - (writing ? 1 : 0));
  }

  @Override
  public FileChannel channel() {
    FileChannel file = channel;
    if (file == null) {
      throw new IllegalStateException("nothing was begun");
    }
    return file;
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public long released() {
    if (exposed) {
      return releasable();
    }
    // The writer must not begin again between our look at the offset and the note that it was seen.
    synchronized (waiters) {
      long released = releasable();
      exposed = released > 0;
      return released;
    }
  }

  private long releasable() {
    if (state instanceof State.Complete complete) {
      return complete.size();
    }
    if (!checked) {
      return offset;
    }
    long total = size;
    if (total < 0) {
      return Math.max(0, offset - WITHHELD);
    }
    if (isWithheldWhole(total) && !impatient) {
      return 0;
    }
    return Math.min(offset, total - Math.min(WITHHELD, (total + 1) / 2));
  }

  @Override
  public void whenPast(long position, Runnable wake) {
    synchronized (waiters) {
      if (released() <= position && state instanceof State.Running) {
        waiters.add(new Waiter(position, wake));
        return;
      }
    }
    wake.run();
  }

  private void wake() {
    List<Runnable> ready = List.of();
    synchronized (waiters) {
      if (!waiters.isEmpty()) {
        ready = new ArrayList<>();
        boolean all = !(state instanceof State.Running);
        long released = releasable();
        for (Waiter waiter : List.copyOf(waiters)) {
          if (all || waiter.position < released) {
            waiters.remove(waiter);
            ready.add(waiter.wake);
          }
        }
      }
    }
    ready.forEach(Runnable::run);
  }

  /// Waits for the end.
  ///
  /// @return null if it has not ended within `limit`
  @Nullable State awaitEnd(Duration limit) throws InterruptedException {
    return await(end, limit);
  }

  /// Waits for `future`.
  ///
  /// @return null if it has no value within `limit`
  static <T> @Nullable T await(CompletableFuture<T> future, Duration limit)
      throws InterruptedException {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
