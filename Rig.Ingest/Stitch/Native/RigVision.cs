using System.Runtime.InteropServices;

namespace Rig.Ingest.Stitch.Native;

/// <summary>Declarations of native/rigvision/rigvision.h, in its order.</summary>
internal static partial class RigVision
{
    internal const int Abi = 1;
    private const string Library = "rigvision";

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Lens
    {
        public double Fx, Fy, Cx, Cy;
        public fixed double Distortion[4];
        public double RmsPx;
        public int Views;
        public int Width, Height;
    }

    [LibraryImport(Library)]
    internal static partial int rigvision_abi();

    [LibraryImport(Library)]
    internal static unsafe partial int rigvision_last_error(byte* text, int size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rigvision_calibrate(string paths, int columns, int rows, out Lens lens);

    [LibraryImport(Library)]
    internal static unsafe partial int rigvision_match(
        byte* a, byte* maskA, byte* b, byte* maskB, int width, int height, int featuresMax, double ratio, double ransacPx, out MatchesHandle matches);

    [LibraryImport(Library)]
    internal static partial int rigvision_matches_count(MatchesHandle matches);

    [LibraryImport(Library)]
    internal static unsafe partial int rigvision_matches_copy(MatchesHandle matches, float* xyxy, byte* consistent, int count);

    [LibraryImport(Library)]
    internal static partial void rigvision_matches_free(nint matches);

    [LibraryImport(Library)]
    internal static unsafe partial int rigvision_remapper_create(
        int sources, int width, int height, float** mapX, float** mapY, float** weights, int* columnStart, int* columnEnd, out RemapperHandle remapper);

    [LibraryImport(Library)]
    internal static unsafe partial int rigvision_remapper_run(RemapperHandle remapper, byte** planes, int* widths, int* heights, int* strides, byte* output);

    [LibraryImport(Library)]
    internal static partial void rigvision_remapper_free(nint remapper);

    [LibraryImport(Library)]
    internal static partial int rigvision_set_threads(int threads);
}
