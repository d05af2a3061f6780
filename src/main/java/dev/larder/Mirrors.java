package dev.larder;

import dev.larder.cache.Cache;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Key;
import dev.larder.database.Database;
import dev.larder.egress.Discovery;
import dev.larder.egress.Egress;
import dev.larder.events.EventLog;
import dev.larder.limits.FillTurns;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorSettings;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.UpstreamLists;
import dev.larder.store.DataDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mirrors there are. They can be exchanged while Larder runs: one that stays takes its new
/// settings and goes on, one that is removed ends when nothing is being fetched for it any more.
/// Its files and generations stay on disk for the day it comes back.
final class Mirrors implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);

  private static final Duration DISCOVERY = Duration.ofSeconds(3);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Surroundings around;

  /// Those that are served no more and still fetch something.
  private final Map<String, Mirror> retired = new HashMap<>();

  /// Another list for other mirrors.
  private volatile List<Mirror> all = List.of();

  private Mirrors(Surroundings around) {
    this.around = around;
  }

  /// What mirrors are opened with.
  record Surroundings(
      DataDirectory data,
      Database database,
      Cache cache,
      Egress egress,
      Discovery discovery,
      FillTurns turns,
      EventLog events,
      InstantSource clock) {}

  /// Opens those that are configured.
  ///
  /// @throws IOException if one cannot be opened; none is open then
  static Mirrors open(List<MirrorSettings> configured, Surroundings around) throws IOException {
    Mirrors mirrors = new Mirrors(around);
    try {
      List<Mirror> opened = new ArrayList<>();
      for (MirrorSettings settings : configured) {
        opened.add(mirrors.open(settings, Formats.trust(settings)));
        mirrors.all = List.copyOf(opened);
      }
      mirrors.await();
      return mirrors;
    } catch (IOException | RuntimeException e) {
      mirrors.close();
      throw e;
    }
  }

  private Mirror open(MirrorSettings settings, Mirror.Trust trust) throws IOException {
    if (Formats.lacksKeys(settings)) {
      LOG.info("mirror {}: signatures are left for clients to check", settings.name());
    }
    return Mirror.open(
        settings,
        new Mirror.Surroundings(
            Formats.of(settings),
            around.data(),
            around.database(),
            around.cache(),
            around.egress(),
            trust,
            around.turns(),
            around.events(),
            around.clock()),
        upstreams(settings));
  }

  private Mirror.UpstreamUrls upstreams(MirrorSettings settings) {
    return UpstreamLists.of(settings.upstream(), around.discovery());
  }

  /// The first requests should find the upstreams known, but a dead name server stops nobody.
  private void await() throws IOException {
    try {
      around.discovery().await(DISCOVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while upstreams are looked up", e);
    }
  }

  /// All, in the order of the configuration. The same list as long as there are the same mirrors.
  List<Mirror> all() {
    return all;
  }

  /// Opens new ones, and reads the keys that all of them trust.
  ///
  /// @throws InvalidConfig if one cannot be used, with every problem; everything is as it was then
  synchronized Change prepare(LoadedConfig next) throws InvalidConfig {
    Change change = new Change();
    List<String> problems = new ArrayList<>();
    for (MirrorSettings settings : next.config().mirrors()) {
      try {
        change.add(settings, next);
      } catch (InvalidConfig e) {
        problems.add(e.getMessage());
      }
    }
    try {
      await();
    } catch (IOException e) {
      problems.add("error: " + e.getMessage());
    }
    if (!problems.isEmpty()) {
      change.discard();
      throw InvalidConfig.of(problems);
    }
    return change;
  }

  private record Terms(MirrorSettings settings, Mirror.Trust trust, Mirror.UpstreamUrls upstreams) {
    void handTo(Mirror mirror) {
      mirror.reload(settings, trust, upstreams);
    }
  }

  /// Other mirrors, ready and not yet served.
  final class Change implements Reloadable.Prepared {
    private final List<Mirror> next = new ArrayList<>();
    private final Map<Mirror, Terms> terms = new LinkedHashMap<>();
    private final List<Mirror> opened = new ArrayList<>();
    private final Map<String, Mirror> revived = new HashMap<>();

    private void add(MirrorSettings settings, LoadedConfig loaded) throws InvalidConfig {
      Mirror.Trust trust;
      try {
        trust = Formats.trust(settings);
      } catch (IOException e) {
        throw loaded.problem(
            List.of("mirror", settings.name()), trusted(settings), String.valueOf(e.getMessage()));
      }
      Mirror known = known(settings, loaded);
      try {
        if (known == null) {
          known = open(settings, trust);
          opened.add(known);
        } else {
          terms.put(known, new Terms(settings, trust, upstreams(settings)));
        }
      } catch (IOException e) {
        throw loaded.problem(
            List.of("mirror", settings.name()),
            MirrorSettings.UPSTREAM,
            "mirror %s cannot be opened: %s".formatted(settings.name(), e.getMessage()));
      }
      next.add(known);
    }

    private @Nullable Mirror known(MirrorSettings settings, LoadedConfig loaded)
        throws InvalidConfig {
      for (Mirror mirror : all) {
        if (mirror.name().equals(settings.name())) {
          return mirror;
        }
      }
      Mirror back = retired.get(settings.name());
      if (back != null && !back.format().equals(settings.format())) {
        throw loaded.problem(
            List.of("mirror", settings.name()),
            MirrorSettings.FORMAT,
            "a mirror of this name and of format %s still brings files to its last clients; reload"
                    .formatted(back.format())
                + " again in a minute");
      }
      if (back != null) {
        retired.remove(settings.name());
        revived.put(settings.name(), back);
      }
      return back;
    }

    /// Those there will be, in the order of the configuration.
    List<Mirror> all() {
      return List.copyOf(next);
    }

    @Override
    public void apply() {
      synchronized (Mirrors.this) {
        terms.forEach((mirror, each) -> each.handTo(mirror));
        List<Mirror> before = all;
        all = before.equals(next) ? before : List.copyOf(next);
        for (Mirror mirror : before) {
          if (!next.contains(mirror)) {
            mirror.retire();
            retire(mirror);
          }
        }
      }
    }

    @Override
    public void discard() {
      synchronized (Mirrors.this) {
        opened.forEach(Mirrors::end);
        revived.values().forEach(Mirrors.this::retire);
      }
    }
  }

  /// The key that names what a mirror trusts.
  private static Key<?> trusted(MirrorSettings settings) {
    if (settings.keyring() != null) {
      return MirrorSettings.KEYRING;
    }
    return settings.fingerprints() != null ? MirrorSettings.FINGERPRINTS : MirrorSettings.PUBKEY;
  }

  private void retire(Mirror mirror) {
    retired.put(mirror.name(), mirror);
    Thread.ofVirtual().name("end of mirror " + mirror.name()).start(() -> endWhenIdle(mirror));
  }

  @SuppressWarnings("ReferenceEquality") // it may be another one of this name
  private void endWhenIdle(Mirror mirror) {
    try {
      while (true) {
        Thread.sleep(LOOK_EVERY);
        synchronized (this) {
          if (retired.get(mirror.name()) != mirror) {
            return; // it is back, or all have ended
          }
          if (mirror.isIdle()) {
            retired.remove(mirror.name());
            end(mirror);
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(Mirror mirror) {
    try {
      mirror.close();
    } catch (IOException | RuntimeException e) {
      LOG.warn("stopping mirror {}", mirror.name(), e);
    }
  }

  /// Ends all, also those that are served no more.
  @Override
  public synchronized void close() {
    all.reversed().forEach(Mirrors::end);
    all = List.of();
    retired.values().forEach(Mirrors::end);
    retired.clear();
  }
}
