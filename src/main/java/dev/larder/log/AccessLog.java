package dev.larder.log;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The access log of the package listener. Whoever answers requests only puts an entry into a
/// queue; one thread writes them, many at a time. The queue is bounded, and what finds no room in
/// it is dropped, counted and told: nobody waits for a disk to be answered.
public final class AccessLog implements Closeable {
  /// A third of a second at fifty thousand requests a second.
  static final int CAPACITY = 1 << 14;

  /// What clients said in the entries of the queue, bytes: long requests find less room.
  static final long HEAVIEST = 4L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
  private static final int BATCH = 512;

  /// While requests come the writer looks for them so often, and nobody has to wake it.
  private static final Duration PAUSE = Duration.ofMillis(10);

  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final Duration COMPLAINT = Duration.ofMinutes(1);

  private final ConcurrentLinkedQueue<AccessEntry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong weight = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private final Stamps stamps;
  private volatile @Nullable Output output;
  private volatile boolean asleep;
  private volatile boolean closed;
  private volatile @Nullable Thread writer;
  private long complainedOf;
  private long complainedAt = System.nanoTime() - COMPLAINT.toNanos();

  /// Where lines go and how they are written.
  record Output(Sink sink, AccessFormat format) {}

  AccessLog(ZoneId zone) {
    this.stamps = new Stamps(zone);
  }

  /// One that writes nothing.
  public static AccessLog off() {
    return new AccessLog(ZoneId.systemDefault());
  }

  /// Whether entries are wanted. Does not block.
  public boolean isOn() {
    return output != null;
  }

  /// Takes an entry, if there is room. Does not block.
  public void add(AccessEntry entry) {
    if (output == null) {
      return;
    }
    int own = entry.asked().weight();
    boolean many = waiting.incrementAndGet() > CAPACITY;
    boolean heavy = weight.addAndGet(own) > HEAVIEST;
    if (many || heavy) {
      waiting.decrementAndGet();
      weight.addAndGet(-own);
      dropped.increment();
      return;
    }
    queue.add(entry);
    if (asleep) {
      asleep = false;
      LockSupport.unpark(writer);
    }
  }

  /// Entries that were not written since the start.
  public long dropped() {
    return dropped.sum();
  }

  /// Writes there from now on.
  ///
  /// @param next or null to write nothing
  /// @return where it wrote before; the caller closes it
  synchronized @Nullable Output redirect(@Nullable Output next) {
    Output before = output;
    output = next;
    if (next != null && writer == null) {
      Thread thread = Thread.ofPlatform().name("access-log").daemon().unstarted(this::run);
      // Before it runs: whoever finds it asleep must be able to wake it.
      writer = thread;
      thread.start();
    }
    return before;
  }

  /// Opens its file anew, if it has one. What fails is said, and tried again with the next line.
  synchronized void reopen() {
    Output to = output;
    if (to != null) {
      try {
        to.sink().reopen();
      } catch (IOException e) {
        LOG.warn("the access log cannot be opened anew, see to its place: {}", e.toString());
      }
    }
  }

  private void run() {
    while (true) {
      boolean last = closed;
      boolean busy = writeSome();
      complain();
      if (busy) {
        LockSupport.parkNanos(PAUSE.toNanos());
      } else if (last) {
        return;
      } else {
        asleep = true;
        if (queue.isEmpty() && !closed) {
          LockSupport.park();
        }
        asleep = false;
      }
    }
  }

  /// Writes what is in the queue; false if that was nothing.
  private boolean writeSome() {
    boolean any = false;
    List<AccessEntry> batch = new ArrayList<>();
    for (AccessEntry entry = queue.poll(); entry != null; entry = queue.poll()) {
      batch.add(entry);
      if (batch.size() == BATCH) {
        write(batch);
        batch.clear();
      }
      any = true;
    }
    if (!batch.isEmpty()) {
      write(batch);
    }
    return any;
  }

  private void write(List<AccessEntry> batch) {
    waiting.addAndGet(-batch.size());
    weight.addAndGet(-batch.stream().mapToLong(entry -> entry.asked().weight()).sum());
    List<String> lines = new ArrayList<>(batch.size());
    // Whoever redirects closes what was written to before.
    synchronized (this) {
      Output to = output;
      if (to == null) {
        return;
      }
      for (AccessEntry entry : batch) {
        StringBuilder line = new StringBuilder(192);
        to.format().append(line, entry, stamps, to.sink().isDated());
        lines.add(line.toString());
      }
      try {
        to.sink().write(Severity.INFO, lines);
      } catch (IOException | RuntimeException e) {
        // Whatever it is: this thread goes on, or nothing is logged any more.
        dropped.add(batch.size());
        complain("the access log cannot be written (" + e + "): see to its place");
      }
    }
  }

  private void complain() {
    if (dropped() > complainedOf) {
      complain("the access log is slower than requests come: let it lie on a faster disk");
    }
  }

  /// Once a minute at most: whoever cannot write one thing must not fill another with it.
  private void complain(String why) {
    long now = System.nanoTime();
    if (now - complainedAt >= COMPLAINT.toNanos()) {
      complainedAt = now;
      complainedOf = dropped();
      LOG.warn("{}; {} of its lines are lost since the start", why, complainedOf);
    }
  }

  /// Writes what is in the queue, for some seconds at most, and ends.
  @Override
  public void close() throws IOException {
    Thread thread;
    synchronized (this) {
      closed = true;
      thread = writer;
    }
    if (thread != null) {
      LockSupport.unpark(thread);
      try {
        thread.join(LAST_WORDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Output last = redirect(null);
    if (last != null) {
      last.sink().close();
    }
  }
}
