package dev.larder.repo;

import dev.larder.store.Checksum;
import dev.larder.store.Layout.RootLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Looks whether the current generation of a root can be served, without the server and without
/// changing anything.
public final class GenerationFaults {
  private GenerationFaults() {}

  /// What is wrong; empty if nothing is, or nothing is there yet.
  ///
  /// @param deep whether to read the indexes and compare their checksums
  public static List<String> of(RootLayout root, boolean deep) {
    for (boolean again = false; ; again = true) {
      String pointer = "";
      try {
        pointer = Files.readString(root.current(), StandardCharsets.UTF_8).strip();
        if (!pointer.matches("\\d{1,18}")) {
          return List.of("%s is no number".formatted(root.current()));
        }
        return faults(root.generations().resolve(pointer), deep);
      } catch (NoSuchFileException e) {
        if (pointer.isEmpty()) {
          return List.of();
        }
        // The server may have switched between the two.
        if (again) {
          return List.of("%s is missing".formatted(e.getFile()));
        }
      } catch (IOException | IllegalArgumentException e) {
        return List.of(String.valueOf(e.getMessage()));
      }
    }
  }

  private static List<String> faults(Path generation, boolean deep) throws IOException {
    GenerationFiles files = new GenerationFiles(generation);
    files.readOrigin();
    List<String> faults = new ArrayList<>();
    for (Member member : files.readMembers()) {
      Path index = files.index(member.path());
      files.readManifest(member.path());
      if (Files.size(index) != member.size()) {
        faults.add(
            "%s has %d bytes and must have %d".formatted(index, Files.size(index), member.size()));
      } else if (deep && !Checksum.sha256(index).equals(member.sha256())) {
        faults.add("%s has other bytes than it must have".formatted(index));
      }
    }
    return faults;
  }
}
