// The paper's main experiment (Figure 2a, Table 4): NTE sampling with sub-sequence mixup on 700 sentences of CoNLL-2003.
import 'paper/conll_nte_sub.jsonnet'
