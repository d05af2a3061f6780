package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.settings.Config;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All parts take a configuration or none does.
class ReloadTest {
  @TempDir private Path directory;
  private final List<String> happened = new ArrayList<>();

  private Reload reload(Reloadable... parts) throws InvalidConfig {
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, directory);
    LoadedConfig loaded = Config.load(null, List.of(), machine, Set.of("pacman"));
    Reload reload = new Reload(loaded, () -> loaded);
    for (Reloadable part : parts) {
      reload.include(part);
    }
    reload.begin();
    return reload;
  }

  private Reloadable part(String name) {
    return next -> {
      happened.add("prepare " + name);
      return new Reloadable.Prepared() {
        @Override
        public void apply() {
          happened.add("apply " + name);
        }

        @Override
        public void discard() {
          happened.add("discard " + name);
        }
      };
    };
  }

  @Test
  void allMakeReadyBeforeTheFirstTakesIt() throws InvalidConfig {
    assertThat(reload(part("a"), part("b")).run(false)).isInstanceOf(Reload.Outcome.Taken.class);
    assertThat(happened).containsExactly("prepare a", "prepare b", "apply a", "apply b");
  }

  @Test
  void whereOneCannotNoneDoes() throws InvalidConfig {
    Reloadable broken =
        next -> {
          throw new IOException("the disk is gone");
        };
    assertThat(reload(part("a"), part("b"), broken, part("c")).run(false))
        .isEqualTo(new Reload.Outcome.Invalid("error: the disk is gone"));
    assertThat(happened).containsExactly("prepare a", "prepare b", "discard b", "discard a");
  }

  @Test
  void aDryRunTakesNothing() throws InvalidConfig {
    assertThat(reload(part("a")).run(true)).isInstanceOf(Reload.Outcome.Taken.class);
    assertThat(happened).containsExactly("prepare a", "discard a");
  }

  @Test
  void nothingIsReadWhileItStops() throws InvalidConfig {
    Reload reload = reload(part("a"));
    reload.close();
    assertThat(reload.run(false)).isEqualTo(new Reload.Outcome.Closed());
    assertThat(happened).isEmpty();
  }
}
