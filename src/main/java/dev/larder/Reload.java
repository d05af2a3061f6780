package dev.larder;

import dev.larder.config.InvalidConfig;
import dev.larder.settings.Config;
import dev.larder.settings.ConfigDifference;
import dev.larder.settings.Fixed;
import dev.larder.settings.LoadedConfig;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the configuration again and takes it: all of it, or nothing if any of it cannot be used.
/// One at a time.
///
/// First every part makes ready for it, which may fail; only then does each take it, which may not.
final class Reload implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final Source source;
  private final List<Reloadable> parts = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile LoadedConfig running;
  private boolean open; // guarded by lock

  /// @param running what the parts are opened with
  Reload(LoadedConfig running, Source source) {
    this.running = running;
    this.source = source;
  }

  /// Includes a part. They make ready, and take a configuration, in the order in which they come.
  void include(Reloadable part) {
    parts.add(part);
  }

  /// All parts are there and run.
  void begin() {
    lock.lock();
    try {
      open = true;
    } finally {
      lock.unlock();
    }
  }

  /// Where a configuration comes from.
  interface Source {
    /// Reads it as it is now.
    ///
    /// @throws InvalidConfig if it cannot be used
    LoadedConfig load() throws InvalidConfig;
  }

  /// What came of it.
  sealed interface Outcome {
    /// It was taken, or would have been.
    record Taken(ConfigDifference difference) implements Outcome {}

    /// It cannot be used, and nothing has changed.
    ///
    /// @param why every problem that was found, ready for a terminal
    record Invalid(String why) implements Outcome {}

    /// The server is starting or stopping, and nothing has changed.
    record Closed() implements Outcome {}
  }

  /// The configuration the server goes by.
  Config config() {
    return running.config();
  }

  /// Reads the configuration again.
  ///
  /// @param dry whether it is only found out what would be different, and whether it can be used
  Outcome run(boolean dry) {
    lock.lock();
    try {
      return open ? taken(dry) : new Outcome.Closed();
    } catch (InvalidConfig e) {
      return new Outcome.Invalid(e.getMessage());
    } catch (IOException e) {
      return new Outcome.Invalid("error: " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  private Outcome taken(boolean dry) throws InvalidConfig, IOException {
    LoadedConfig before = running;
    LoadedConfig loaded = source.load();
    Fixed fixed = new Fixed(before.config(), loaded.config());
    ConfigDifference difference =
        ConfigDifference.of(before.settings(), loaded.settings(), fixed::has);
    LoadedConfig next = fixed.merged(loaded, before.settings());
    List<Reloadable.Prepared> ready = prepared(next);
    if (dry) {
      ready.reversed().forEach(Reload::discard);
    } else {
      ready.forEach(Reload::apply);
      running = next;
      LOG.info(
          "the configuration was read again: {}",
          difference.entries().isEmpty()
              ? "nothing has changed"
              : String.join("; ", difference.entries().stream().map(e -> e.line()).toList()));
    }
    return new Outcome.Taken(difference);
  }

  private List<Reloadable.Prepared> prepared(LoadedConfig next) throws InvalidConfig, IOException {
    List<Reloadable.Prepared> ready = new ArrayList<>();
    boolean all = false;
    try {
      for (Reloadable part : parts) {
        ready.add(part.prepare(next));
      }
      all = true;
      return ready;
    } finally {
      if (!all) {
        ready.reversed().forEach(Reload::discard);
      }
    }
  }

  /// A part that breaks its promise must not keep the others from theirs.
  private static void apply(Reloadable.Prepared part) {
    try {
      part.apply();
    } catch (RuntimeException e) {
      LOG.error("a part of the new configuration could not be taken; restart Larder", e);
    }
  }

  private static void discard(Reloadable.Prepared part) {
    try {
      part.discard();
    } catch (RuntimeException e) {
      LOG.error("a part of the refused configuration could not be let go; restart Larder", e);
    }
  }

  /// The same, told in the log: for a signal, to which there is no answer.
  void runForSignal() {
    switch (run(false)) {
      case Outcome.Taken _ -> {
        // It was told when it was done.
      }
      case Outcome.Invalid(String why) ->
          LOG.error("the configuration cannot be used, and nothing has changed:\n{}", why);
      case Outcome.Closed() -> LOG.warn("the configuration is not read again: Larder is stopping");
    }
  }

  /// Waits for what is under way; from then on nothing is read again.
  @Override
  public void close() {
    lock.lock();
    try {
      open = false;
    } finally {
      lock.unlock();
    }
  }
}
