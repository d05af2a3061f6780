import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Takes the signatures out of the jars in a directory; nothing else of them changes. The build calls
/// it for what the distribution is packed from:
///
///     java UnsignJars.java DIRECTORY
///
/// Bouncy Castle signs its jars because Oracle's JDK takes providers of cryptography from signed jars
/// only. OpenJDK does not ask for that, and Larder uses none of its providers, only its classes. What
/// a signature costs a running server is some megabytes: the runtime keeps a digest of each of the 7,500
/// files in these jars for as long as it lives, and classes of a signed jar do not go into the cache
/// that makes the start faster. That the jars are the ones their authors made, Maven has checked when it
/// fetched them. Their licence, which is MIT's, allows it.
final class UnsignJars {
  private static final Pattern SIGNATURE =
      Pattern.compile("META-INF/(?:SIG-[^/]*|[^/]+\\.(?:SF|RSA|DSA|EC))", Pattern.CASE_INSENSITIVE);

  private UnsignJars() {}

  public static void main(String[] args) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
      for (Path jar : jars) {
        if (isSigned(jar)) {
          unsign(jar);
        }
      }
    }
  }

  private static boolean isSigned(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().anyMatch(entry -> SIGNATURE.matcher(entry.getName()).matches());
    }
  }

  /// Writes it beside and renames it: whoever runs from it goes on with the old one. The same jar
  /// gives the same bytes.
  private static void unsign(Path jar) throws IOException {
    Path made = jar.resolveSibling(jar.getFileName() + ".unsigned");
    try (ZipFile zip = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(made);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setLevel(9);
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!SIGNATURE.matcher(entry.getName()).matches()) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTimeLocal(entry.getTimeLocal());
          out.putNextEntry(copy);
          byte[] content = zip.getInputStream(entry).readAllBytes();
          out.write(entry.getName().equals(JarFile.MANIFEST_NAME) ? undigested(content) : content);
        }
      }
    }
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The manifest without the digests, and without the sections that had nothing else.
  private static byte[] undigested(byte[] content) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(content));
    for (Attributes section : manifest.getEntries().values()) {
      section.keySet().removeIf(name -> name.toString().endsWith("-Digest"));
    }
    manifest.getEntries().values().removeIf(Attributes::isEmpty);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    return out.toByteArray();
  }
}
