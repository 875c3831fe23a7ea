using System.Buffers.Binary;
using System.Text;

namespace Rig.Ingest.Renditions;

/// <summary>The boxes that lie side by side in a box of an MP4 file.</summary>
internal static class Boxes
{
    /// <exception cref="InvalidDataException">A box goes beyond its parent's end.</exception>
    public static IReadOnlyList<(string Type, ReadOnlyMemory<byte> Body)> In(ReadOnlySpan<byte> parent)
    {
        var found = new List<(string, ReadOnlyMemory<byte>)>();
        var bytes = parent.ToArray();
        for (var at = 0; at + 8 <= bytes.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (size < 8 || at + size > bytes.Length)
            {
                throw new InvalidDataException("A box goes beyond its parent's end.");
            }

            found.Add((Encoding.ASCII.GetString(bytes, at + 4, 4), bytes.AsMemory(at + 8, (int)size - 8)));
            at += (int)size;
        }

        return found;
    }

    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ReadOnlyMemory<byte> One(ReadOnlySpan<byte> parent, string type)
    {
        foreach (var (name, body) in In(parent))
        {
            if (name == type)
            {
                return body;
            }
        }

        throw new InvalidDataException($"The box '{type}' is missing.");
    }
}
