//! Files of fixed-size records, and what NumPy wrote, as tables of DataFusion.
