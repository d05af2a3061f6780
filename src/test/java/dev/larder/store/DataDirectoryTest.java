package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path data;

  @Test
  void onlyTheTreeIsForEverybody() throws IOException {
    try (DataDirectory directory = DataDirectory.open(data)) {
      Layout layout = directory.layout();
      assertThat(Files.getPosixFilePermissions(layout.tree()))
          .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
      assertThat(Files.getPosixFilePermissions(layout.keys()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      assertThat(Files.getPosixFilePermissions(layout.state()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aSecondOneIsRefusedInOneSentence() throws IOException {
    long pid = ProcessHandle.current().pid();
    try (DataDirectory first = DataDirectory.open(data)) {
      assertThat(first.layout().data()).isEqualTo(data);
      assertThatThrownBy(() -> DataDirectory.open(data))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("another larder serve (process %d) is using %s;", pid, data);
    }
    DataDirectory.open(data).close();
  }

  @Test
  void whoeverIsRefusedHasMadeNothing() throws IOException {
    try (var claimed = DataDirectory.claim(data)) {
      assertThat(claimed).isNotNull();
      assertThatThrownBy(() -> DataDirectory.open(data)).hasMessageContaining("another larder");
      try (var files = Files.list(data)) {
        assertThat(files).containsExactly(new Layout(data).lock());
      }
    }
    Files.writeString(new Layout(data).version(), "99\n");
    assertThatThrownBy(() -> DataDirectory.open(data)).hasMessageContaining("layout version 99");
    assertThat(new Layout(data).keys()).doesNotExist();
  }

  @Test
  void dataOfANewerVersionIsRefused() throws IOException {
    DataDirectory.open(data).close();
    Files.writeString(new Layout(data).version(), "99\n");
    assertThatThrownBy(() -> DataDirectory.open(data)).hasMessageContaining("layout version 99");
    Files.writeString(new Layout(data).version(), "1\n");
    DataDirectory.open(data).close();
  }
}
