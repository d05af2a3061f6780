package dev.larder.events;

import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The last thousand events of this run of the server. Followers read them at their own pace and
/// have nothing that fills up: one that is too slow, or was away for too long, is told so with an
/// event of the type [Event#RESET]. Safe for use by many threads.
public final class EventLog implements Closeable {
  private static final int MOST = 1000;
  private static final Pattern ID = Pattern.compile("([0-9a-f]{1,16})-(\\d{1,18})");

  private final InstantSource clock;
  private final String run;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final Deque<Event> events = new ArrayDeque<>();

  /// The number of the last event.
  private long last;

  private boolean closed;

  /// An empty log.
  public EventLog(InstantSource clock) {
    this.clock = clock;
    this.run = Long.toHexString(clock.millis());
  }

  /// Notes that something has happened.
  ///
  /// @param type what: `repository.changed`
  /// @param repository which repository of our own it is about; null if none, or several
  /// @param data more of it: text, numbers, truth values, lists and maps of these
  public void publish(String type, @Nullable String repository, Map<String, Object> data) {
    lock.lock();
    try {
      Instant at = clock.instant();
      last++;
      events.addLast(new Event(id(last), at, type, repository, data));
      if (events.size() > MOST) {
        events.removeFirst();
      }
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private String id(long number) {
    return run + "-" + number;
  }

  /// Follows along.
  ///
  /// @param after the [Event#id()] of the last event that was seen; null to begin with the next one
  ///   that happens
  public Follower follow(@Nullable String after) {
    lock.lock();
    try {
      if (after == null) {
        return new Follower(last, false);
      }
      Matcher id = ID.matcher(after);
      if (id.matches() && id.group(1).equals(run)) {
        long number = Long.parseLong(id.group(2));
        if (number <= last) {
          return new Follower(number, false);
        }
      }
      return new Follower(last, true);
    } finally {
      lock.unlock();
    }
  }

  /// Whether nothing more will come.
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Lets go of all who wait.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// One who follows. For one thread at a time.
  public final class Follower {
    private long seen;
    private boolean missed;

    private Follower(long seen, boolean missed) {
      this.seen = seen;
      this.missed = missed;
    }

    /// Where it is: what [EventLog#follow] takes to go on from here.
    public String position() {
      return id(seen);
    }

    /// The next event; waits for it.
    ///
    /// @param limit for how long at most
    /// @return null if there was none, or the log was closed
    public @Nullable Event next(Duration limit) throws InterruptedException {
      long nanos = limit.toNanos();
      lock.lock();
      try {
        while (seen == last && !missed && !closed && nanos > 0) {
          nanos = more.awaitNanos(nanos);
        }
        long oldest = last - events.size();
        if (missed || seen < oldest) {
          missed = false;
          seen = last;
          return new Event(id(last), clock.instant(), Event.RESET, null, Map.of());
        }
        return seen == last ? null : take();
      } finally {
        lock.unlock();
      }
    }

    /// Followers are nearly always at the end, so that is where the search begins.
    private Event take() {
      Iterator<Event> backwards = events.descendingIterator();
      Event event = backwards.next();
      for (long number = last; number > seen + 1; number--) {
        event = backwards.next();
      }
      seen++;
      return event;
    }
  }
}
