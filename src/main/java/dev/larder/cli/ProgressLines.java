package dev.larder.cli;

import java.time.Duration;
import java.time.Instant;

/// Progress for a log: a plain line every ten seconds, so none at all for what is quickly done.
final class ProgressLines implements Progress {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Surroundings surroundings;
  private final int files;
  private final long bytes;
  private final Instant begun;
  private Instant told;
  private int done;
  private long moved;

  ProgressLines(Surroundings surroundings, int files, long bytes) {
    this.surroundings = surroundings;
    this.files = files;
    this.bytes = bytes;
    begun = surroundings.time().instant();
    told = begun;
  }

  @Override
  public Transfer begin(String name, long size) {
    return this::moved;
  }

  private synchronized void moved(long more) {
    moved += more;
    tick();
  }

  @Override
  public synchronized void tick() {
    Instant now = surroundings.time().instant();
    if (Duration.between(told, now).compareTo(INTERVAL) < 0) {
      return;
    }
    told = now;
    long millis = Math.max(1, Duration.between(begun, now).toMillis());
    surroundings
        .err()
        .print(
            "larder: sent %d of %s, %s of %s, %s/s%n"
                .formatted(
                    done,
                    Wording.count(files, "file"),
                    Wording.iec(moved),
                    Wording.iec(bytes),
                    Wording.iec(moved * 1000 / millis)));
    surroundings.err().flush();
  }

  @Override
  public synchronized void end(Transfer transfer, String last) {
    done++;
  }

  @Override
  public void close() {}
}
