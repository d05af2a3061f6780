package dev.larder.cache;

import dev.larder.config.Amount;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[cache]` table.
///
/// @param maxSize what all mirrors together may take; a percentage is of the file system. Null:
///   [Bounds#DEFAULT_PERCENT] of what is free at the first start
/// @param minFree what stays free on the file system, whoever takes the rest
/// @param highWatermark at how many percent of `maxSize` files begin to go
/// @param lowWatermark down to how many percent of it
/// @param scrub how often every file is read and compared; zero: never by itself
/// @param scrubRate bytes per second that this may read
public record CacheSettings(
    @Nullable Amount maxSize,
    Amount minFree,
    int highWatermark,
    int lowWatermark,
    Duration scrub,
    long scrubRate) {
  private static final int HIGH = 95;
  private static final int LOW = 90;

  static final Key<Amount> MAX_SIZE =
      Key.open(
          "max-size",
          amount(),
          "90 % of the space that is free at the first start, written down in `cache-size` in the"
              + " data directory",
          "How much of the disk all mirrors together may take, with their indexes. A percentage is"
              + " of the file system.");

  static final Key<Amount> MIN_FREE =
      Key.of(
          "min-free",
          amount(),
          new Amount.Percent(5),
          "How much of the file system stays free, whoever fills it. When there is less and nothing"
              + " can be removed, packages are passed through without being kept.");

  static final Key<Integer> HIGH_WATERMARK =
      Key.of(
          "high-watermark",
          Type.integer(1, 100, HIGH),
          HIGH,
          "At how many percent of `max-size` files begin to be removed in the background.");

  static final Key<Integer> LOW_WATERMARK =
      Key.of(
          "low-watermark",
          Type.integer(1, 100, LOW),
          LOW,
          "Down to how many percent of `max-size` files are then removed.");

  static final Key<Duration> SCRUB =
      Key.of(
          "scrub",
          Type.duration(),
          Duration.ofDays(30),
          "How often every file is read and compared with its checksum in the background. `\"0s\"`:"
              + " only when `larder cache scrub` asks for it.");

  static final Key<Long> SCRUB_RATE =
      Key.of(
          "scrub-rate",
          Type.size(),
          8L << 20,
          "How many bytes a second that may read from the disk.");

  /// The table's keys.
  public static final KeyTable TABLE =
      new KeyTable(
          "cache",
          "What mirrors may take of the disk. Our own repositories do not count: what is in them"
              + " cannot be fetched again.",
          false,
          List.of(MAX_SIZE, MIN_FREE, HIGH_WATERMARK, LOW_WATERMARK, SCRUB, SCRUB_RATE));

  /// What holds without a table.
  public static final CacheSettings DEFAULT =
      new CacheSettings(null, new Amount.Percent(5), HIGH, LOW, Duration.ofDays(30), 8L << 20);

  /// The type of an amount in a configuration.
  public static Type<Amount> amount() {
    return Type.text("size or percentage", "200GiB", Amount::parse, Amount::toString);
  }

  /// Reads the table; complains about what does not fit together.
  public static CacheSettings read(Section section) {
    CacheSettings settings =
        new CacheSettings(
            section.find(MAX_SIZE),
            section.get(MIN_FREE),
            section.get(HIGH_WATERMARK),
            section.get(LOW_WATERMARK),
            section.get(SCRUB),
            section.get(SCRUB_RATE));
    if (settings.lowWatermark() >= settings.highWatermark()) {
      section.complain(
          LOW_WATERMARK,
          "must be below high-watermark, which is " + settings.highWatermark(),
          "lower it, or raise the other");
    }
    if (settings.scrubRate() == 0) {
      section.complain(
          SCRUB_RATE, "nothing could ever be read", "for no scrubbing write scrub = \"0s\"");
    }
    return settings;
  }
}
