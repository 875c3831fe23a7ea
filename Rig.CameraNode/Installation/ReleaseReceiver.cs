using System.Security.Cryptography;
using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>
/// Takes an archive in and unpacks it. Its bytes are copied to where only the helper writes before they are hashed and unpacked,
/// so that what was verified is what is unpacked.
/// </summary>
internal sealed class ReleaseReceiver(IInstallFiles files, InstalledReleases releases)
{
    /// <summary>Left free for the system.</summary>
    private const long SpareBytes = 64L << 20;

    /// <exception cref="UpdateException">There is no room; nothing was written.</exception>
    public void CheckRoom(ReleaseManifest manifest)
    {
        var (needed, free) = (Needed(manifest), files.FreeBytes);
        if (free < needed)
        {
            throw new UpdateException($"The update needs {Mb(needed)} MB free on the box, and {Mb(free)} MB are. Nothing was changed.");
        }
    }

    /// <param name="archive">Holds the archive's bytes next.</param>
    /// <returns>What <see cref="InstalledReleases.Switch"/> takes.</returns>
    /// <exception cref="UpdateException">It is refused; nothing of it is left.</exception>
    public async Task<string> ReceiveAsync(ReleaseManifest manifest, Stream archive, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(manifest, archive, cancellationToken);
            using (var incoming = files.OpenRead(InstalledReleases.Incoming))
            {
                await SafeUnpack.IntoAsync(incoming, manifest.IsZip, files, InstalledReleases.Staged, manifest.UnpackedSize, cancellationToken);
            }

            var release = releases.Adopt(manifest.Version);
            files.Delete(InstalledReleases.Incoming);
            return release;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Discard();
            throw new UpdateException($"The update could not be unpacked: {e.Message} It needs {Mb(Needed(manifest))} MB free on the box. Nothing was changed.", e);
        }
        catch (Exception e) when (e is UpdateException or OperationCanceledException)
        {
            Discard();
            throw;
        }
    }

    private async Task CopyAsync(ReleaseManifest manifest, Stream archive, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = files.CreateFile(InstalledReleases.Incoming, executable: false))
        {
            var buffer = new byte[81920];
            for (var left = manifest.Size; left > 0;)
            {
                var read = await archive.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
                if (read == 0)
                {
                    throw new UpdateException("The update broke off before all of it was there.");
                }

                hash.AppendData(buffer, 0, read);
                file.Append(buffer.AsSpan(0, read));
                left -= read;
            }
        }

        var actual = hash.GetHashAndReset();
        if (!CryptographicOperations.FixedTimeEquals(actual, Convert.FromHexString(manifest.Sha256)))
        {
            throw new UpdateException($"The downloaded update is damaged: its SHA-256 is {Convert.ToHexStringLower(actual)}, not {manifest.Sha256}. Try again.");
        }
    }

    // A disk that also refuses to delete is left to the next start.
    private void Discard()
    {
        try
        {
            files.Delete(InstalledReleases.Incoming);
            files.Delete(InstalledReleases.Staged);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static long Needed(ReleaseManifest manifest) => manifest.Size + manifest.UnpackedSize + SpareBytes;

    private static long Mb(long bytes) => (bytes + 999_999) / 1_000_000;
}
